"""Tables of contacts, companies, deals and tickets as other systems export them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.connectors.files import ImportRecord, open_source
from opsconsole.connectors.files.cells.dates import DateLook, moment_of
from opsconsole.connectors.files.columns import SPELLINGS, layout_of, normal
from opsconsole.connectors.files.record import RecordKind
from opsconsole.connectors.files.values import amount_of
from opsconsole.domain.errors import FileFormatError


def records(folder: Path, text: str | bytes, name: str = "export.csv") -> list[ImportRecord]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(open_source(path).records())


def test_contacts_of_a_crm_export(tmp_path: Path) -> None:
    (got,) = records(
        tmp_path,
        "Record ID,First Name,Last Name,Email,Phone Number,Company name,Job Title,Create Date,Lifecycle Stage\n"
        "51,Ann,Lee,Ann@X.y,+49 30 1,Shop Ltd,Buyer,2026-01-05 10:00,lead\n",
    )
    assert got.kind == "contact" and got.external_id == "51" and got.line == 2 and got.problems == ()
    assert got.fields == {
        "name": "Ann Lee",
        "email": "ann@x.y",
        "phone": "+49 30 1",
        "company": "Shop Ltd",
        "title": "Buyer",
        "notes": "",
        "created_at": "2026-01-05T10:00:00+00:00",
        "extra": {"Lifecycle Stage": "lead"},
    }


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("contact", "Name;E-mail;Telephone"),
        ("contact", "Person - Name\tPerson - Email\tPerson - Phone\tPerson - Organization"),
        ("contact", "Full Name,Email Address,Mobile Phone,Notes"),
        ("company", "Company name,Company Domain Name,Industry,Number of Employees"),
        ("company", "Organization - Name,Website,Employees"),
        ("deal", "Record ID,Deal Name,Amount,Deal Stage,Pipeline,Close Date,Deal owner,Associated Company"),
        ("deal", "Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Stage,Deal - Owner,Person - Email"),
        ("deal", "Opportunity Name,Account Name,Stage,Amount,Close Date,Owner"),
        ("ticket", "Id,Subject,Description,Status,Priority,Group,Assignee,Requester email,Created at,Updated at"),
        ("ticket", "Ticket ID,Subject,Status,Priority,Group,Agent,Created time,Last updated time,Full name,Email"),
        ("ticket", "Ticket name|Ticket status|Priority|Ticket owner|Create date"),
        ("ticket", "Issue key,Summary,Status,Priority,Assignee,Reporter,Created,Updated"),
    ],
)
def test_kinds_are_told_by_headers(tmp_path: Path, kind: str, headers: str) -> None:
    mark = next(mark for mark in ";\t|," if mark in headers)
    row = mark.join("1" for _ in headers.split(mark))
    assert [record.kind for record in records(tmp_path, f"{headers}\n{row}\n")] == [kind]


@pytest.mark.parametrize("kind", SPELLINGS)
def test_a_column_is_taken_for_one_field(kind: RecordKind) -> None:
    spelt = [(spelling, field) for field, all_ in SPELLINGS[kind].items() for spelling in {*all_.split("|")}]
    assert len(dict(spelt)) == len(spelt), "no two fields of a kind share a spelling"
    assert all(normal(spelling) == spelling for spelling, _ in spelt), "else it would never be found"
    found = layout_of([spelling for spelling, _ in spelt], file_name="export.csv")
    assert found is not None and len({*found.columns.values()}) == len(found.columns)


def test_deals_with_amounts_and_days(tmp_path: Path) -> None:
    got = records(
        tmp_path,
        "Deal Name;Value;Stage;Close Date;Owner;Contact Email\n"
        'Big;"1.234,50 €";Won;31.01.2026;Ann;B@x.y\nSmall;abc;Lost;soon;Bob;nobody\n',
    )
    assert got[0].fields["amount"] == 1234.5 and got[0].fields["currency"] == "EUR"
    assert got[0].fields["close_date"] == "2026-01-31" and got[0].fields["contact_email"] == "b@x.y"
    assert got[0].problems == () and got[1].fields["amount"] is None and len(got[1].problems) == 3
    assert got[1].fields["contact_email_text"] == "nobody"


def test_tickets_keep_their_own_id(tmp_path: Path) -> None:
    (got,) = records(
        tmp_path,
        "\ufeffTicket ID,Subject,Description,Status,Priority,Group,Agent,Requester Email,Created time\n"
        '17,Broken,"Two\nlines",Open,High,Support,Ann,c@d.e,2026-01-05T10:00:00+01:00\n',
    )
    assert got.external_id == "17" == got.fields["external_id"] and got.fields["description"] == "Two\nlines"
    assert got.fields["created_at"] == "2026-01-05T09:00:00+00:00" and got.fields["queue"] == "Support"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (got,) = records(tmp_path, "Name,Email\r\nJürgen,j@x.de\r\n".encode(encoding))
    assert got.fields["name"] == "Jürgen" and got.external_id == "j@x.de"


def test_bad_rows_are_kept_and_told(tmp_path: Path) -> None:
    text = 'Name,Email,Phone\nAnn,a@b.c\n\nBob,b@c.d,1,2,3\n,,\nX,not an address,\n"open,quote\n' + "z\n" * 3000
    path = tmp_path / "contacts.csv"
    path.write_text(text)
    source = open_source(path)
    got = list(source.records())
    assert "2 columns" in got[0].problems[0] and "5 columns" in got[1].problems[0]
    assert got[1].fields["extra"] == {"column 4": "2", "column 5": "3"}
    assert "is not an e-mail address" in got[2].problems[0]
    assert "could not be split" in got[3].problems[0] and "open,quote" in got[3].fields["extra"]["row"]
    assert source.counts.skipped == {"an empty line": 2} and source.counts.seen == len(got)
    last = got[-1]
    assert last.line + last.fields["extra"].get("row", "z").count("\n") <= 3008


def test_unknown_tables_are_told_what_is_expected(tmp_path: Path) -> None:
    for text in ("", "a,b,c\n1,2,3\n", "\x00\x01"):
        with pytest.raises(FileFormatError):
            records(tmp_path, text)
    with pytest.raises(FileFormatError, match="import it as a table"):
        list(open_source(_contacts(tmp_path)).events())


def _contacts(folder: Path) -> Path:
    path = folder / "c.csv"
    path.write_text("Name,Email\nAnn,a@b.c\n")
    return path


def test_the_same_row_gives_the_same_id(tmp_path: Path) -> None:
    text = "Deal Name,Amount,Stage\nA,1,x\nB,2,y\n"
    first, second = records(tmp_path, text), records(tmp_path, text.replace("A,1,x\n", ""))
    assert first[1].external_id == second[0].external_id and first[0].external_id != first[1].external_id


def test_every_row_of_a_long_table_comes_once(tmp_path: Path) -> None:
    got = records(tmp_path, "Name,Email\n" + "".join(f"n{n},u{n}@x.y\n" for n in range(1203)))
    assert [record.external_id for record in got] == [f"u{n}@x.y" for n in range(1203)]
    assert [record.line for record in got] == list(range(2, 1205))


@pytest.mark.parametrize(
    ("cell", "value", "currency", "is_guess"),
    [
        ("$1,234.50", 1234.5, "USD", False),
        ("1 234,5 EUR", 1234.5, "EUR", False),
        ("1'000", 1000, "", False),
        ("-3", -3, "", False),
        ("(12.5)", -12.5, "", False),
        ("-$100", -100, "USD", False),
        ("-€1,234.56", -1234.56, "EUR", False),
        ("−100", -100, "", False),
        ("100.00-", -100, "", False),
        ("1,234", 1234, "", True),
        ("0.125", 0.125, "", False),
        ("1234567.891", 1234567.891, "", False),
        ("1.234.567", 1234567, "", False),
    ],
)
def test_amounts(cell: str, value: float, currency: str, is_guess: bool) -> None:
    assert amount_of(cell) == (value, currency, is_guess)


def test_a_file_shows_whether_days_come_first_and_guesses_are_told(tmp_path: Path) -> None:
    head = "Deal Name,Amount,Close Date\n"
    assert records(tmp_path, head + "A,1,03/04/2026\nB,2,25/12/2026\n")[0].fields["close_date"] == "2026-04-03"
    (got,) = records(tmp_path, head + "A,1,03/04/2026\n")
    assert got.fields["close_date"] == "2026-03-04" and any("two ways" in problem for problem in got.problems)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_no_cell_raises(cell: str) -> None:
    amount_of(cell)
    moment_of(cell, DateLook())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_table_raises_and_no_row_is_lost(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("t") / "contacts.csv"
    path.write_bytes(b"Name,Email\n" + noise + b"\nLast,last@x.y\n")
    source = open_source(path)
    got = list(source.records())
    assert source.counts.seen == len(got)
    assert any("last@x.y" in str(record.fields) for record in got)
