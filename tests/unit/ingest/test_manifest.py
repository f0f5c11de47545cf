"""A manifest, CSV or spreadsheet, tells where recordings lie and what is known of each; a bad row is told."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from qa_engine.errors import BadInput
from qa_engine.ingest import tables
from qa_engine.ingest.manifest import Entry, entries, is_manifest

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 1, 10, 15, tzinfo=ZONE)


def read(data: bytes | str, name: str = "calls.csv") -> list[Entry | BadInput]:
    body = data.encode() if isinstance(data, str) else data
    return list(entries(io.BytesIO(body), name, ZONE))


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_it_reads_chinese_columns_in_any_dress(encoding: str, mark: str) -> None:
    lines = ["录音文件,坐席,班组,供应商,客户编号,工单号,方向,开始时间,语言,流水号,渠道",
             "a/1.wav,A017,北组,甲方,C88,T-5,呼出,2026/3/1 10:15,zh,S1,热线"]  # fmt: skip
    (entry,) = read("\r\n".join(lines).replace(",", mark).encode(encoding))
    assert isinstance(entry, Entry) and (entry.audio, entry.where) == ("a/1.wav", "calls.csv:2")
    told = dict(entry.told)
    assert told.pop("started_at") == AT
    assert told == {
        "agent": "A017", "team": "北组", "vendor": "甲方", "customer_ref": "C88", "ticket": "T-5",
        "direction": "outbound", "language": "zh", "external_id": "S1", "渠道": "热线",
    }  # fmt: skip


def test_it_reads_a_spreadsheet_with_its_dates_and_numbers() -> None:
    rows = (
        ["Audio", "Agent", "Started At", "External ID", "day", "score", "note"],
        ["1.wav", 1017, AT.replace(tzinfo=None), 88.0, date(2026, 3, 1), 4.5, None],
        [None, None, None, None, None, None, None],
        ["2.wav", "A2", "2026-03-01T02:15:00Z", None, None, None, "late"],
    )
    first, second = read(workbook(*rows), "calls.xlsx")
    assert isinstance(first, Entry) and first.told["started_at"] == AT
    assert (first.told["agent"], first.told["external_id"], first.told["score"]) == (1017, 88, 4.5)
    assert str(first.told["day"]).startswith("2026-03-01") and "note" not in first.told
    assert isinstance(second, Entry) and second.where == "calls.xlsx:4"
    assert second.told["started_at"] == AT.astimezone(UTC) and second.told["note"] == "late"


def test_a_bad_row_is_told_with_its_column_and_the_others_go_on() -> None:
    text = "audio,agent,方向,时间\n1.wav,A1,旁边,\n,A2,,\n\n3.wav,A3,呼入,昨天\n4.wav,A4,IN,2026-03-01 10:15:00\n"
    found = read(text)
    errors = [error.where for error in found if isinstance(error, BadInput)]
    assert errors == ["calls.csv:2: 方向", "calls.csv:3: audio", "calls.csv:5: 时间"]
    assert [entry.audio for entry in found if isinstance(entry, Entry)] == ["4.wav"]


def test_of_two_columns_with_one_meaning_the_second_is_kept_by_its_name() -> None:
    (entry,) = read("file,工号,坐席\n1.wav,A1,小王\n")
    assert isinstance(entry, Entry) and entry.told == {"agent": "A1", "坐席": "小王"}


@pytest.mark.parametrize(
    ("header", "manifest"),
    [
        ("audio,agent", True),
        ("工号;录音", True),
        ("url", True),
        ("path,transcript", True),
        ("会话,角色,内容,文件", False),  # a chat with attachments
        ("sender,message,file", False),
        ("agent,team", False),
        ("您好，录音", False),
    ],
)
def test_it_tells_a_manifest_from_a_chat_by_the_header(header: str, manifest: bool) -> None:
    assert is_manifest(f"{header}\nx,y\n".encode(), "some.csv") is manifest


def packed(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("xl/sharedStrings.xml", "w") as part:
        for _ in range(size >> 20):
            part.write(bytes(1 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"agent,team\nA1,T1\n", "no-audio.csv"),
        (b"PK\x03\x04 torn", "torn.xlsx"),
        (b"", "empty.xlsx"),
        (b"audio\n\x00\x01\x02\n", "binary.csv"),
        (packed(1 << 20), "no-workbook.xlsx"),
        (workbook(["agent"], ["A1"]), "no-audio.xlsx"),
    ],
)
def test_it_refuses_what_is_no_manifest(data: bytes, name: str) -> None:
    (error,) = read(data, name)
    assert isinstance(error, BadInput) and error.where and name in error.where and error.mend


def test_it_refuses_a_zip_bomb_before_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_UNPACKED", 3 << 20)
    (error,) = read(packed(4 << 20), "bomb.xlsx")
    assert isinstance(error, BadInput) and "unpacks" in error.message


def test_it_refuses_entities_that_multiply() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    cell = '<c t="str"><v>&a11;</v></c>'
    rows = f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>"
    sheet = f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]>{rows}'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["audio"], ["1.wav"]))) as kept, zipfile.ZipFile(out, "w") as made:
        for entry in kept.infolist():
            body = sheet if entry.filename == "xl/worksheets/sheet1.xml" else kept.read(entry)
            made.writestr(entry.filename, body)
    (error,) = read(out.getvalue(), "laughs.xlsx")
    assert isinstance(error, BadInput)
