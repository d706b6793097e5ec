"""What the API sends and takes. Generated from docs/openapi.json by generate.py."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

__all__ = ["Any", "Literal"]


class AccountOut(TypedDict):
    masked: str
    tail: NotRequired[str | None]


class ApplicationOut(TypedDict):
    as_of: NotRequired[str | None]
    created_at: str
    declared: DeclaredOut
    id: str
    revision: int
    state: str


class ApplicationPage(TypedDict):
    items: list[ApplicationOut]
    next_cursor: NotRequired[str | None]


class ArchiveEntryOut(TypedDict):
    document_id: str
    name: str


class AuditLineOut(TypedDict):
    action: str
    created_at: str
    id: str
    reason: NotRequired[str | None]
    request_id: str
    resource_id: str
    role: str
    subject: str


class AuditPage(TypedDict):
    items: list[AuditLineOut]
    next_cursor: NotRequired[str | None]


class BaselineIn(TypedDict):
    apr: str
    limit: str


class BaselineOut(TypedDict):
    apr: str
    limit: str


class BrokenOut(TypedDict):
    equation: str
    expected: str
    found: str
    seq: NotRequired[int | None]
    source: NotRequired[SourceOut | None]


class ConsentIn(TypedDict):
    family: str
    version: str


class ConsentList(TypedDict):
    items: list[ConsentOut]


class ConsentOut(TypedDict):
    family: str
    granted_at: str
    revoked_at: NotRequired[str | None]
    version: str


class CorroborationOut(TypedDict):
    corroboration: str
    declared: NotRequired[str | None]
    fact: str
    verified: NotRequired[str | None]


class DecisionOf(TypedDict):
    application_id: str
    as_of: str
    decision_id: str
    documents: list[str]
    revision: int
    apr: str
    baseline: BaselineOut
    limit: str
    next_documents: list[NextDocumentOut]
    offers: list[str]
    outcome: str
    policy: PolicyOut
    reasons: list[ReasonOut]
    trace: list[TraceOut]


class DecisionOut(TypedDict):
    apr: str
    baseline: BaselineOut
    limit: str
    next_documents: list[NextDocumentOut]
    offers: list[str]
    outcome: str
    policy: PolicyOut
    reasons: list[ReasonOut]
    trace: list[TraceOut]


class DeclarationIn(TypedDict):
    baseline: NotRequired[BaselineIn | None]
    employed_since: NotRequired[str | None]
    employer: NotRequired[str | None]
    id_number: NotRequired[str | None]
    monthly_debt: NotRequired[str | None]
    monthly_income: NotRequired[str | None]
    name: NotRequired[str | None]
    occupation: NotRequired[str | None]
    requested_limit: NotRequired[str | None]
    sector: NotRequired[str | None]


class DeclaredOut(TypedDict):
    baseline: NotRequired[BaselineOut | None]
    employed_since: NotRequired[str | None]
    employer: NotRequired[str | None]
    id_masked: NotRequired[str | None]
    monthly_debt: NotRequired[str | None]
    monthly_income: NotRequired[str | None]
    name: NotRequired[str | None]
    occupation: NotRequired[str | None]
    requested_limit: NotRequired[str | None]
    sector: NotRequired[str | None]


class DeletionOut(TypedDict):
    digest: str
    public_key: str
    signature: str
    statement: DeletionStatementOut


class DeletionPage(TypedDict):
    items: list[DeletionOut]
    next_cursor: NotRequired[str | None]


class DeletionStatementOut(TypedDict):
    application_id: str
    deleted_ms: int
    documents: int
    key_commitment: str
    number: int
    previous: str
    reason: str
    role: str
    schema: int
    subject: str
    tenant: str


class DocumentOut(TypedDict):
    error: NotRequired[FailureOut | None]
    file: str
    media_type: NotRequired[str | None]
    pages: NotRequired[int | None]
    parser: NotRequired[ParserOut | None]
    problems: list[ProblemOut]
    reader: NotRequired[str | None]
    schema: int
    sha256: NotRequired[str | None]
    statements: NotRequired[list[StatementOut] | None]


class DocumentPage(TypedDict):
    items: list[FiledDocumentOut]
    next_cursor: NotRequired[str | None]


class DocumentStatements(TypedDict):
    error: NotRequired[FailureOut | None]
    file: NotRequired[str]
    media_type: NotRequired[str | None]
    pages: NotRequired[int | None]
    parser: NotRequired[ParserOut | None]
    problems: NotRequired[list[ProblemOut]]
    reader: NotRequired[str | None]
    schema: NotRequired[int]
    sha256: NotRequired[str | None]
    statements: NotRequired[list[StatementOut] | None]
    document_id: str
    state: str


class DocumentStatementsPage(TypedDict):
    items: list[DocumentStatements]
    next_cursor: NotRequired[str | None]


class EventDataOut(TypedDict):
    application_id: str
    document_id: NotRequired[str | None]
    family: NotRequired[str | None]
    revision: NotRequired[int | None]


class EventOut(TypedDict):
    data: EventDataOut
    id: str
    timestamp: str
    type: str


class EventPage(TypedDict):
    items: list[EventOut]
    next_cursor: NotRequired[str | None]


class EvidenceOut(TypedDict):
    document: int
    source: NotRequired[SourceOut | None]


class FailureOut(TypedDict):
    code: str
    hint_en: str
    hint_zh: str
    message_en: str
    message_zh: str


class FeatureOut(TypedDict):
    coverage: NotRequired[float | None]
    grade: str
    reason: NotRequired[str | None]
    rows: list[list[int]]
    unit: str
    value: NotRequired[str | None]
    window: str


class FeaturesOf(TypedDict):
    application_id: str
    as_of: str
    decision_id: str
    documents: list[str]
    revision: int
    features: dict[str, FeatureOut]


class FieldOut(TypedDict):
    confidence: float
    source: SourceOut
    value: str


class FiledDocumentOut(TypedDict):
    application_id: str
    created_at: str
    entries: NotRequired[list[ArchiveEntryOut]]
    error: NotRequired[FailureOut | None]
    filename: str
    id: str
    media_type: NotRequired[str | None]
    pages: NotRequired[int | None]
    parent_id: NotRequired[str | None]
    parser: NotRequired[ParserOut | None]
    problems: list[ProblemOut]
    sha256: NotRequired[str | None]
    size_bytes: NotRequired[int | None]
    state: str
    summary: list[SummaryOut]


class FindingInShortOut(TypedDict):
    check: str
    outcome: str
    severity: str


class FindingOut(TypedDict):
    check: str
    evidence: list[EvidenceOut]
    expected: NotRequired[str | None]
    found: NotRequired[str | None]
    message_en: str
    message_zh: str
    outcome: str
    severity: str


class FindingsOf(TypedDict):
    application_id: str
    as_of: str
    decision_id: str
    documents: list[str]
    revision: int
    findings: list[FindingOut]


class Health(TypedDict):
    status: str


class HolderOut(TypedDict):
    id_masked: NotRequired[str | None]
    name: NotRequired[str | None]


class JobOut(TypedDict):
    attempts: int
    created_at: str
    error: NotRequired[str | None]
    id: str
    kind: str
    lane: str
    resource_id: str
    run_at: str
    state: str


class JobPage(TypedDict):
    items: list[JobOut]
    next_cursor: NotRequired[str | None]


class KeyOut(TypedDict):
    created_at: str
    id: str
    name: str
    revoked_at: NotRequired[str | None]
    role: str


class KeyPage(TypedDict):
    items: list[KeyOut]
    next_cursor: NotRequired[str | None]


class NewApplication(TypedDict):
    as_of: NotRequired[str | None]
    consents: NotRequired[list[ConsentIn]]
    declared: NotRequired[DeclarationIn]
    device: NotRequired[str | None]


class NewConsent(TypedDict):
    version: str


class NewKey(TypedDict):
    name: str
    role: NotRequired[str | None]


class NewKeyOut(TypedDict):
    created_at: str
    id: str
    name: str
    revoked_at: NotRequired[str | None]
    role: str
    secret: str


class NewToken(TypedDict):
    expires_in_seconds: NotRequired[int | None]


class NewTokenOut(TypedDict):
    application_id: str
    expires_at: str
    id: str
    token: str


class NewWebhook(TypedDict):
    event_types: NotRequired[list[str]]
    url: str


class NextDocumentOut(TypedDict):
    apr_down_to: NotRequired[str | None]
    kind: str
    limit_up_to: NotRequired[str | None]
    why_en: str
    why_zh: str


class ObligationsOut(TypedDict):
    essential_spending: NotRequired[str | None]
    fixed: NotRequired[str | None]


class Of(TypedDict):
    application_id: str
    as_of: str
    decision_id: str
    documents: list[str]
    revision: int


class ParserOut(TypedDict):
    id: str
    version: int


class Passwords(TypedDict):
    password: NotRequired[str | None]
    passwords: NotRequired[list[str]]


PeriodOut = TypedDict('PeriodOut', {'from': 'str', 'to': 'str'})


class PictureRequest(TypedDict):
    page: int
    passwords: NotRequired[list[str]]
    reason: str


class PolicyOut(TypedDict):
    id: str
    sha256: str


class Problem(TypedDict):
    code: str
    message_en: str
    message_zh: str
    retry_after: NotRequired[int | None]
    state: NotRequired[str | None]
    status: int
    title: str
    type: str


class ProblemOut(TypedDict):
    code: str
    message_en: str
    message_zh: str
    seq: NotRequired[int | None]
    source: NotRequired[SourceOut | None]


class ProfileOf(TypedDict):
    application_id: str
    as_of: str
    decision_id: str
    documents: list[str]
    revision: int
    corroboration: list[CorroborationOut]
    declared: DeclaredOut
    findings: list[FindingInShortOut]
    obligations: ObligationsOut
    verified: VerifiedOut


class ProfileOut(TypedDict):
    corroboration: list[CorroborationOut]
    declared: DeclaredOut
    findings: list[FindingInShortOut]
    obligations: ObligationsOut
    verified: VerifiedOut


class ProofOut(TypedDict):
    broken: list[BrokenOut]
    equations: int
    holding: int
    repairs: NotRequired[list[RepairOut]]
    status: str
    unchecked: list[int]


class Readiness(TypedDict):
    sandbox: SandboxOut
    status: str


class ReasonOut(TypedDict):
    code: str
    features: list[str]
    message_en: str
    message_zh: str


class RepairEquationOut(TypedDict):
    equation: str
    seq: NotRequired[int | None]


class RepairOut(TypedDict):
    cost: float
    equations: list[RepairEquationOut]
    figure: str
    margin: NotRequired[float | None]
    original: str
    seq: NotRequired[int | None]
    source: SourceOut
    value: str


class Replay(TypedDict):
    after: NotRequired[str | None]


class ReplayedOut(TypedDict):
    next_cursor: NotRequired[str | None]
    queued: int


class RevealRequest(TypedDict):
    reason: str


class RevealedOut(TypedDict):
    application_id: str
    id_number: NotRequired[str | None]
    statements: list[RevealedStatementOut]


class RevealedStatementOut(TypedDict):
    account: NotRequired[str | None]
    document_id: str
    id_number: NotRequired[str | None]
    statement: int


class SandboxOut(TypedDict):
    missing: list[str]
    state: str


class SectionOut(TypedDict):
    declared_totals: TotalsOut
    first_seq: int
    last_seq: int


class SectorOut(TypedDict):
    corrected: bool
    inferred: NotRequired[str | None]
    margin: NotRequired[str | None]
    used: NotRequired[str | None]


class ShownAccountOut(TypedDict):
    covered_to: NotRequired[str | None]
    grade: str
    issuer: str
    kind: str
    proven: bool
    tail: NotRequired[str | None]

type_SourceOut = 'dict[str, Any]'
SourceOut = Any


class StatementOut(TypedDict):
    account: NotRequired[AccountOut | None]
    closing_balance: NotRequired[str | None]
    currency: NotRequired[str | None]
    declared_totals: TotalsOut
    fields: dict[str, FieldOut]
    holder: HolderOut
    issued: NotRequired[str | None]
    issuer: str
    kind: str
    opening_balance: NotRequired[str | None]
    pages: NotRequired[list[int] | None]
    period: NotRequired[PeriodOut | None]
    proof: ProofOut
    records: list[dict[str, FieldOut]]
    sections: list[SectionOut]
    sources: dict[str, SourceOut]
    transactions: list[TransactionOut]


class StreamOut(TypedDict):
    category: str
    counted: str
    grade: str
    measure: str
    monthly_median: str
    months_seen: int
    payer: NotRequired[str | None]


class SummaryOut(TypedDict):
    account_masked: NotRequired[str | None]
    holder_masked: NotRequired[str | None]
    issuer: str
    kind: str
    message_en: str
    message_zh: str
    months: list[str]
    proof: str
    rows: int


class TotalsOut(TypedDict):
    in_rows: NotRequired[int | None]
    in_sum: NotRequired[str | None]
    neutral_rows: NotRequired[int | None]
    neutral_sum: NotRequired[str | None]
    out_rows: NotRequired[int | None]
    out_sum: NotRequired[str | None]
    rows: NotRequired[int | None]


class TraceOut(TypedDict):
    node: str
    text: str


class TransactionOut(TypedDict):
    amount: str
    amount_source: SourceOut
    balance: NotRequired[str | None]
    balance_source: NotRequired[SourceOut | None]
    category: NotRequired[str | None]
    confidence: float
    counterparty: NotRequired[str | None]
    counterparty_account: NotRequired[str | None]
    description: NotRequired[str | None]
    flow: str
    merchant_reference: NotRequired[str | None]
    method: NotRequired[str | None]
    original: NotRequired[dict[str, str] | None]
    reference: NotRequired[str | None]
    remark: NotRequired[str | None]
    repaired: bool
    seq: int
    source: SourceOut
    status: str
    time: NotRequired[str | None]
    type: NotRequired[str | None]


class UploadForm(TypedDict):
    file: str
    password: NotRequired[str | None]


class UploadOut(TypedDict):
    application_id: str
    document_id: NotRequired[str | None]
    expires_at: str
    id: str
    length_bytes: int
    offset_bytes: int


class VerifiedOut(TypedDict):
    accounts: list[ShownAccountOut]
    income_grade: str
    monthly_income: NotRequired[str | None]
    monthly_income_low: NotRequired[str | None]
    months: list[str]
    names: list[str]
    sector: NotRequired[SectorOut | None]
    streams: list[StreamOut]


class WebhookOut(TypedDict):
    created_at: str
    delivered_at: NotRequired[str | None]
    disabled_at: NotRequired[str | None]
    disabled_why: NotRequired[str | None]
    enabled: bool
    event_types: list[str]
    failed_at: NotRequired[str | None]
    failure: NotRequired[str | None]
    id: str
    url: str


class WebhookPage(TypedDict):
    items: list[WebhookOut]
    next_cursor: NotRequired[str | None]


class WebhookPatch(TypedDict):
    enabled: NotRequired[bool | None]
    event_types: NotRequired[list[str] | None]
    url: NotRequired[str | None]


class WebhookWithSecretOut(TypedDict):
    created_at: str
    delivered_at: NotRequired[str | None]
    disabled_at: NotRequired[str | None]
    disabled_why: NotRequired[str | None]
    enabled: bool
    event_types: list[str]
    failed_at: NotRequired[str | None]
    failure: NotRequired[str | None]
    id: str
    url: str
    secret: str
