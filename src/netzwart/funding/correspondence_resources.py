"""What the API shows of what passes between city and authority, from application to clawback."""

from netzwart.documents.tables import Document
from netzwart.funding.resources import GRANT, MEASURE, READ
from netzwart.funding.tables import (
    AuthorityMessage,
    Clawback,
    GrantApplication,
    GrantNotice,
    Measure,
    MeasureSupport,
    ProofSubmission,
)
from netzwart.inventory.resources import DEVICE
from netzwart.web.resources import Reference, declare

_DOCUMENT = Reference("document", Document, "document_id", key="sha256", shows="file_name")

APPLICATIONS = declare(
    "applications",
    GrantApplication,
    read=READ,
    columns="programme applied_on requested reference",
    references=(GRANT,),
    grant=("grant_id",),
    search=("programme", "reference"),
    sort="-applied_on",
)

NOTICES = declare(
    "notices",
    GrantNotice,
    read=READ,
    columns="number:notice_number issued_on amount reason changes",
    references=(GRANT, _DOCUMENT),
    grant=("grant_id",),
    search=("notice_number", "reason"),
    sort="-issued_on",
)

MESSAGES = declare(
    "messages",
    AuthorityMessage,
    read=READ,
    columns="occasion due_on sent_on text",
    references=(GRANT, DEVICE, _DOCUMENT),
    grant=("grant_id",),
    search=("text",),
    sort="-due_on",
)

CLAWBACKS = declare(
    "clawbacks",
    Clawback,
    read=READ,
    columns="demanded_on amount interest reason paid_on",
    references=(GRANT,),
    grant=("grant_id",),
    search=("reason",),
    sort="-demanded_on",
)

SUBMISSIONS = declare(
    "submissions",
    ProofSubmission,
    read=READ,
    columns="submitted_on as_of document_sha256 figures",
    references=(GRANT,),
    grant=("grant_id",),
    sort="-submitted_on",
)

SUPPORTS = declare(
    "measure-supports",
    MeasureSupport,
    read=READ,
    references=(
        MEASURE,
        Reference(
            "supports",
            Measure,
            "supports_id",
            key="key",
            shows="title",
            right=READ,
            school=("school_id",),
            grant=("grant_id",),
        ),
    ),
    school=("measure_id", Measure, "school_id"),
    grant=("measure_id", Measure, "grant_id"),
)
