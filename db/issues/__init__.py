"""Issues: what one is, and everything done to a single one."""

from db.issues.creating import create as create
from db.issues.detail import IssueDetail as IssueDetail
from db.issues.detail import detail as detail
from db.issues.draft import UNSET as UNSET
from db.issues.draft import IssueDraft as IssueDraft
from db.issues.draft import IssuePatch as IssuePatch
from db.issues.draft import Unset as Unset
from db.issues.draft import Written as Written
from db.issues.editing import Clash as Clash
from db.issues.editing import edit as edit
from db.issues.filing import Filing as Filing
from db.issues.moving import assign as assign
from db.issues.moving import close as close
from db.issues.moving import reopen as reopen
from db.issues.moving import set_status as set_status
from db.issues.reading import by_number as by_number
from db.issues.reading import by_ref as by_ref
from db.issues.reading import get as get
from db.issues.reading import get_many as get_many
from db.issues.record import COLUMNS as COLUMNS
from db.issues.record import Issue as Issue
from db.issues.record import read_issue as read_issue
from db.origins import NOWHERE as NOWHERE
from db.origins import Origin as Origin
