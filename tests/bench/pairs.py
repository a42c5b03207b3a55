"""Response times from a mailbox, the plain way: fetches headers over IMAP, pairs replies in memory,
and prints what it found. A first sync is measured beside it.

usage: pairs.py HOST PORT USER PASSWORD FIELDS FOLDER...
"""

import imaplib
import sys
from collections import defaultdict
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime
from statistics import median

CHUNK = 1000


def fetch(imap, folder, fields):
    """The parsed header of every message."""
    imap.select(folder, readonly=True)
    uids = imap.uid("SEARCH", "ALL")[1][0].split()
    parser = BytesHeaderParser()
    for start in range(0, len(uids), CHUNK):
        chunk = uids[start : start + CHUNK]
        span = f"{chunk[0].decode()}:{chunk[-1].decode()}"
        items = f"(UID FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS ({fields})])"
        for part in imap.uid("FETCH", span, items)[1]:
            if isinstance(part, tuple):
                yield parser.parsebytes(part[1])


class Mail:
    def __init__(self, header):
        self.id = header.get("Message-ID", "").strip()
        self.author = parseaddr(header.get("From", ""))[1].lower()
        self.at = parsedate_to_datetime(header["Date"])
        references = header.get("References", "").split()
        self.parents = header.get("In-Reply-To", "").split() + references[::-1]


def pair(mails, me):
    """Response times in hours, by contact and by whose they are."""
    by_id = {mail.id: mail for mail in mails}
    times = defaultdict(list)
    for mail in mails:
        parent = next((by_id[id] for id in mail.parents if id in by_id), None)
        if parent is None or (parent.author == me) == (mail.author == me):
            continue
        mine = mail.author == me
        contact = parent.author if mine else mail.author
        hours = (mail.at - parent.at).total_seconds() / 3600
        times[contact, "mine" if mine else "theirs"].append(hours)
    return times


def main(host, port, user, password, fields, *folders):
    imap = imaplib.IMAP4(host, int(port))
    imap.login(user, password)
    mails = [Mail(header) for folder in folders for header in fetch(imap, folder, fields)]
    imap.logout()
    times = pair(mails, user)
    medians = {key: median(hours) for key, hours in times.items()}
    pairs = sum(len(hours) for hours in times.values())
    print(f"{len(mails)} messages, {pairs} pairs, {len(medians)} medians")


main(*sys.argv[1:])
