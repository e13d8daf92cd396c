"""Exports of products as public pages describe them: their columns and how they write a moment; the values are ours."""

# Its columns: github.com/linear/linear, packages/import/src/importers/linearCsv/LinearCsvImporter.ts
LINEAR = """\
ID,Team,Title,Description,Status,Estimate,Priority,Project,Creator,Assignee,Labels,Cycle Number,Cycle Name,Cycle Start,\
Cycle End,Created,Updated,Started,Completed,Canceled,Archived
RET-31,Returns,Label printer prints twice,Each label comes two times,Done,3,Urgent,Spring,rui@tile.example,\
kim@floor.example,printer,,,,,Tue Feb 03 2026 20:05:12 GMT+0000 (GMT),Wed Feb 04 2026 09:00:00 GMT+0000 (GMT),,\
Wed Feb 04 2026 09:00:00 GMT+0000 (GMT),,
RET-32,Returns,Shelf labels,,Todo,,No priority,,rui@tile.example,,,,,,,Tue Feb 03 2026 21:05:12 GMT+0000 (GMT),\
Tue Feb 03 2026 21:05:12 GMT+0000 (GMT),,,,
"""
# Its columns, also of a task's priority: github.com/linear/linear,
# packages/import/src/importers/asanaCsv/AsanaCsvImporter.ts
ASANA = """\
Task ID,Created At,Completed At,Last Modified,Name,Assignee,Assignee Email,Start Date,Due Date,Tags,Notes,Projects,\
Parent Task,Priority
12001,2026-02-03,2026-02-04,2026-02-04,Label printer prints twice,Kim Ode,kim@floor.example,,2026-02-05,printer,\
Each label comes two times,Returns,,High
12002,2026-02-05,,2026-02-05,Shelf labels,,,,,,,Returns,,Med
"""
# Its header line: gitlab.com/gitlab-org/gitlab/-/issues/34769
GITLAB_ISSUES = """\
Issue ID,URL,Title,State,Description,Author,Author Username,Assignee,Assignee Username,Confidential,Locked,Due Date,\
Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,Weight,Labels,Time Estimate,Time Spent
31,https://git.tile.example/shop/-/issues/31,Label printer prints twice,Closed,Each label comes two times,Rui Alves,\
rui,Kim Ode,kim,No,No,,2026-02-03 20:05:12,2026-02-04 09:00:00,2026-02-04 09:00:00,,,printer,0,0
"""
# Its columns and how it writes a moment: prodsight.ai, "What does the Intercom conversation export contain"
INTERCOM = """\
message_id,message_body,message_type,message_created_at,message_author_type,message_author_id,message_author_user_id,\
message_author_name,message_author_email,message_author_companies,conversation_tags,conversation_id,conversation_state,\
conversation_created_at,conversation_first_response_at,conversation_closed_at,app_id,app_name
901,Two boxes are 29 cm,conversation_message,2026-02-03 20:05:12,user,u5,5001,Rui Alves,rui@tile.example,Tile Ltd,size,\
77,closed,2026-02-03 20:05:12,2026-02-03 20:30:00,2026-02-04 09:00:00,a1,Floor
"""
# Names of a case's fields: help.salesforce.com, "Case Fields"
SALESFORCE = """\
Case Number,Case Owner,Account Name,Contact Name,Contact Email,Subject,Description,Status,Priority,Case Origin,\
Case Reason,Type,Date/Time Opened,Date/Time Closed
00001026,Kim Ode,Tile Ltd,Rui Alves,rui@tile.example,Tiles came too small,Two boxes are 29 cm,Closed,High,Email,Other,\
Problem,"2/3/2026, 8:05 PM","2/14/2026, 9:00 AM"
"""
# Names of an incident's fields: apis.io/schemas/servicenow/servicenow-incident
SERVICENOW_FIELDS = """\
number,short_description,description,state,impact,urgency,priority,severity,category,subcategory,contact_type,caller_id,\
assigned_to,assignment_group,opened_by,opened_at,resolved_by,resolved_at
INC0010031,Label printer prints twice,Each label comes two times,Closed,2 - Medium,2 - Medium,3 - Moderate,3 - Low,\
Hardware,,email,Rui Alves,Kim Ode,Returns,Rui Alves,2026-02-03 20:05:12,Kim Ode,2026-02-04 09:00:00
"""
# Its columns and how it writes a moment: help.zoho.com, "Assisted Data Migration Guide - Zoho Desk"
ZOHO_DESK = """\
TicketExtId,ContactExtId,Subject,Description,Due Date,Created Time,Modified Time,Closed Time,Status,Priority,Channel,\
Category
Ticket_1,Contact_1,Tiles came too small,Two boxes are 29 cm,2026-02-05T20:05:12.000Z,2026-02-03T20:05:12.000Z,\
2026-02-04T09:00:00.000Z,,Open,High,Email,Returns
"""
