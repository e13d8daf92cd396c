"""Job J: a support mail comes in by webhook, a model looks the customer up and makes a ticket, both by HTTP.

As a program it makes a workspace for a race:
`python -m tests.support.jobj FOLDER --hook 9101 --base URL --mode honour`.
"""

import argparse
from pathlib import Path

from opsconsole.app.commands.agents import apply
from opsconsole.app.commands.connect.files import http, webhook
from opsconsole.app.session import opened
from opsconsole.brains.model import ModelConfig
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import workspace as workspaces
from opsconsole.store.writes import connections

MODES = ("honour", "lookup", "neither")
"""What the ticket server does with a key: a repeat makes nothing new; it can be looked for; neither."""

WEBHOOK = """\
connection: intake
kind: webhook
listen: 127.0.0.1:{hook}
path: /hook
verify: nobody
event:
  id: "{{{{ body.subject }}}}"
  kind: mail.received
  subject: "case:{{{{ body.subject }}}}"
  title: "{{{{ body.subject }}}}"
  text: "{{{{ body.body }}}}"
  sender: "{{{{ body.from }}}}"
"""

HTTP = """\
connection: crm
kind: http
base: {base}
timeout_s: 30
actions:
  - name: crm_lookup
    title: look a customer up
    effect: read
    method: POST
    changes_nothing: true
    path: /crm/lookup
    body: {{email: "{{{{ args.email }}}}"}}
    arguments:
      type: object
      properties: {{email: {{type: string, maxLength: 254}}}}
      required: [email]
  - name: create_ticket
    title: create a ticket
    effect: internal
    reversibility: reversible
    method: POST
    path: /tickets
    body: {{queue: "{{{{ args.queue }}}}", title: "{{{{ args.title }}}}", priority: "{{{{ args.priority }}}}"}}
    arguments:
      type: object
      properties:
        queue: {{type: string, enum: [billing, tech]}}
        title: {{type: string, maxLength: 200}}
        priority: {{type: string, enum: [low, normal, high]}}
      required: [queue, title]
    result: {{id: "{{{{ body.ticket_id }}}}"}}
    undo: {{words: the ticket is closed, method: DELETE, path: "/tickets/{{{{ result.id }}}}"}}
    sentence: "Create a ticket in {{queue}}: {{title}}"
    arrival_s: {arrival_s:g}
{safe}"""

SAFE = {
    "honour": "    idempotency_header: Idempotency-Key\n",
    "lookup": '    headers: {Idempotency-Key: "{{ key }}"}\n    look_up:\n      path: "/tickets?key={{ key }}"\n'
    '      not_found: 404\n      result: {id: "{{ body.ticket_id }}"}\n',
    "neither": '    headers: {Idempotency-Key: "{{ key }}"}\n',
}

AGENT = """\
agent: mira
name: Mira
subscribes: [{connection: intake, kinds: [mail.received]}]
stage: {default: full}
autonomy: {default: 3, actions: {crm.create_ticket: 3}}
tools: [crm.*]
BRAIN
limits: {attempts: 10}
playbook:
  purpose: Look the customer up, then make a ticket for what they ask.
  rules: [{when: "true", category: billing}]
  categories:
    - id: billing
      name: Billing
      criteria: Charges, refunds, invoices.
      steps:
        - {look_up: crm.crm_lookup, with: {email: "{{ event.sender }}"}, as: customer}
        - do: crm.create_ticket
          with: {queue: billing, title: "{{ event.title }}", priority: high}
"""
THINKS = "brain: model\nmodels: [main]\nfallback: person"


def prepare(folder: Path, *, hook: int, base: str, mode: str, arrival_s: float = 5.0, has_model: bool = True) -> None:
    """Make the workspace; the server at `base` must be there already.

    Args:
        folder: the new workspace; its files are laid beside it.
        hook: port of the webhook.
        base: where the ticket server, and with `has_model` the model, answers.
        mode: one of `MODES`; the file declares what the server really does.
        arrival_s: how long a call without an answer may still arrive, in seconds.
        has_model: think with the model behind `base`; else by the playbook's steps.
    """
    workspaces.create(folder, at=SystemClock().now(), actor="person:test").close()
    texts = {
        "intake": WEBHOOK.format(hook=hook),
        "crm": HTTP.format(base=base, arrival_s=arrival_s, safe=SAFE[mode]),
        "mira": AGENT.replace("BRAIN", THINKS if has_model else "brain: playbook"),
    }
    files = {name: folder.with_name(f"{folder.name}-{name}.yaml") for name in texts}
    for name, text in texts.items():
        files[name].write_text(text, encoding="utf-8")
    webhook(files["intake"], workspace=folder)
    http(files["crm"], workspace=folder)
    if has_model:
        model = ModelConfig(base_url=f"{base}/v1", model="fake", at_once=128)
        with opened(folder) as session:
            now = session.kernel.clock.now()
            config = model.model_dump(mode="json")
            session.write(
                lambda tx: connections.put(tx, "main", kind="model", config=config, now=now), name="connection.put"
            )
    apply([files["mira"]], without_evidence="a job", workspace=folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hook", type=int, default=9101)
    parser.add_argument("--base", default="http://127.0.0.1:9000")
    parser.add_argument("--mode", choices=MODES, default="honour")
    parser.add_argument("--arrival", type=float, default=5.0)
    given = parser.parse_args()
    prepare(given.folder, hook=given.hook, base=given.base, mode=given.mode, arrival_s=given.arrival)
