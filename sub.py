"""sub(path, (old,new)...) : exact replace"""


def sub(p, *prs):
    s = open(p).read()
    for a, b in prs:
        if a not in s:
            print("MISSING in", p, ":", a[:90])
            continue
        s = s.replace(a, b)
    open(p, "w").write(s)
