import sys
import pathlib

sys.path.insert(0, "/tmp/h/c")
import re

src = open("/tmp/h/c/tests/unit/connectors/test_http_config.py").read()
ns = {}
exec(re.search(r'FILE = """.*?"""\n', src, re.S)[0], ns)
from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.actions import Action
from opsconsole.engine.agents.yamlfile import read_yaml

p = pathlib.Path("/tmp/h/b/crm.yaml")
p.write_text(ns["FILE"].replace("\\\n", ""))
c = read_yaml(p).into(HttpConfig)
print(Action(c, "crm", c.actions[0]).type.does)
