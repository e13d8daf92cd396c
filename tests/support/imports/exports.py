"""One ticket in the shapes in which systems export tables of them."""

JIRA = """\
Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Priority,Assignee,Reporter,Reporter Id,Created,\
Updated,Labels,Labels,Comment,Comment
Scanner jams,OPS-4,10200,Incident,Done,OPS,Warehouse,Highest,Kim Ode,Rui Alves,7c1,03/Feb/26 8:05 PM,04/Feb/26 9:00 AM,\
scanner,hall,"03/Feb/26 8:30 PM;7c1;looking","04/Feb/26 9:00 AM;7c1;belt was torn"
"""
HUBSPOT = """\
Ticket ID,Ticket name,Pipeline,Ticket status,Create date,Priority,Ticket owner,Ticket description,Associated Contact,\
Associated Contact IDs
77,Wrong size,Returns,New (Returns),2026-02-03 20:05,MEDIUM,Kim Ode,Two are too small,Rui Alves (Rui@tile.example),5001
"""
FRESHDESK = """\
Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Last update time,Tags,Full name,\
Email,Time zone,Contact ID,Company
91,Wrong size,Open,Urgent,Email,Problem,Kim Ode,Returns,2026-02-03 20:05:00,2026-02-04 20:05:00,2026-02-03 20:09:00,\
"size,tile",Rui Alves,rui@tile.example,Lisbon,5001,Tile Ltd
"""
ZENDESK_VIEW = """\
ID,Subject,Requester,Requested,Assignee,Status,Priority,Group,Updated
12,Wrong size,Rui Alves,2026-02-03 20:05,Kim Ode,Open,Normal,Returns,2026-02-03 21:00
"""
SERVICENOW = """\
Number,Short description,Caller,Priority,State,Assignment group,Assigned to,Opened,Updated
INC001,Wrong size,Rui Alves,1 - Critical,New,Returns,Kim Ode,2026-02-03 20:05:00,2026-02-03 20:06:00
"""
GITLAB = """\
Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Created At (UTC),Updated At (UTC),Priority,Project
Wrong size,Too small,31,https://git.tile.example/31,Open,Rui Alves,rui,Kim Ode,2026-02-03 20:05:00,2026-02-03 20:05:00,\
low,Returns
"""
JIRA_PIPELINE = """\
id,instance_url,url,key,project_key,project_name,project_type,project_category,issue_type,summary,description,\
creator_id,creator_name,reporter_id,reporter_name,assignee_id,assignee_name,status,status_category,priority_sequence,\
priority_name,resolution,watcher_count,vote_count,created_date,resolution_date,updated_date,due_date
10002,http://tile.example/jira,http://tile.example/jira/browse/RET-2,RET-2,RET,Returns,Service Desk,,Task,Broken crate,\
"Two crates broke\\nPlease collect",7,Rui Alves,7,Rui Alves,9,Kim Ode,Open,To Do,2,High,,1,0,2026-02-03T20:05:00Z,,\
2026-02-04T09:00:00Z,
"""
"""As its maker documents it: confluence.atlassian.com, "Data pipeline export schema"."""
