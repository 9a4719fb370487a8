"""What the answer of a mail provider's API means, when mail goes through django-anymail instead of over SMTP.

Facts from django-anymail 15.2, read and run: a refused only recipient raises nothing with Mailjet, Unisender Go and
Scaleway (their status is `failed`); every error of a provider that is called with requests is an OSError too; errors
of Amazon SES carry no HTTP status but boto's answer.
"""

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage
from requests import exceptions as http
from urllib3 import exceptions as sockets

from core.mailing.verdicts import ACCEPTED, PERMANENT, TEMPORARY, UNKNOWN, Verdict, reason_of

TAKEN = {"sent", "queued"}
# The provider turned us away, not the mail: no account, no right, no time. What is wrong is put right by an admin.
NOT_THE_MAIL = {401, 402, 403, 408, 425, 429}
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
SES_NOT_THE_MAIL = {
    "AccountSuspendedException",
    "LimitExceededException",
    "SendingPausedException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
NEVER_CONNECTED = (
    http.ConnectTimeout,
    sockets.NewConnectionError,
    sockets.NameResolutionError,
    sockets.ConnectTimeoutError,
)


def verdict_of(message: EmailMessage) -> Verdict:
    """What the provider said of a message to one recipient that raised nothing."""
    answer = message.anymail_status
    said = answer.status or set()
    if said and said <= TAKEN:
        return Verdict(ACCEPTED, "", str(answer.message_id or message.extra_headers["Message-ID"]), answered=True)
    if said == {"failed"}:
        words, again = _why_failed(answer.esp_response)
        reason = f"The provider did not take the mail: {words}"[:300]
        return Verdict(TEMPORARY if again else PERMANENT, reason, answered=True)
    words = ", ".join(sorted(said)) or "nothing"
    return Verdict(UNKNOWN, f"The provider did not say whether it took the mail (it answered: {words})")


def verdict_of_error(error: Exception) -> Verdict:
    """What an error of django-anymail, or of the line to the provider, means. When in doubt: unknown."""
    if isinstance(error, AnymailRecipientsRefused):
        if not error.email_message.anymail_status.status:  # no recipient in the answer counts as all refused there
            return Verdict(UNKNOWN, "The provider's answer does not name the recipient.")
        reason = f"The provider refused the address: {_body(error.response)}"[:300]
        return Verdict(PERMANENT, reason, answered=True)
    if isinstance(error, AnymailAPIError) and (status := _http_status(error)):
        return _by_status(status, error)
    if _never_connected(error):
        return Verdict(TEMPORARY, reason_of("The provider cannot be reached", error))
    if isinstance(error, AnymailAPIError | OSError):
        return Verdict(UNKNOWN, reason_of("The line broke before the provider answered", error))
    return Verdict(PERMANENT, reason_of("The mail could not be made", error))


def is_providers(error: Exception) -> bool:
    """Whether django-anymail raised this."""
    return isinstance(error, AnymailError)


def _by_status(status: int, error: AnymailAPIError) -> Verdict:
    """The verdict that an HTTP status stands for; a provider's own trouble may have come after accepting."""
    answer = f"The provider answered {status}: {_body(error.response)}"[:300]
    if status in NOT_THE_MAIL or _ses_code(error) in SES_NOT_THE_MAIL:
        return Verdict(TEMPORARY, answer)
    return Verdict(PERMANENT, answer, answered=True) if 400 <= status < 500 else Verdict(UNKNOWN, answer)


def _why_failed(response) -> tuple[str, bool]:
    """What stands in the answer about the one recipient who failed, and whether to try again."""
    try:
        found = response.json()
    except (AttributeError, ValueError):
        return _body(response), False
    # https://godocs.unisender.ru/web-api-ref#email-send: the address was out of reach at the last tries.
    codes = list((found.get("failed_emails") or {}).values()) if isinstance(found, dict) else []
    if codes:
        return ", ".join(map(str, codes)), codes == ["temporary_unavailable"]
    return _body(response), False


def _body(response) -> str:
    """The provider's words, in one line."""
    text = response if isinstance(response, dict) else getattr(response, "text", "")
    return " ".join(str(text).split())[:250] or "no further words"


def _http_status(error: AnymailAPIError) -> int | None:
    """The status of the answer, if there was one; that of a boto error stands in its parsed answer."""
    response = error.response
    if isinstance(response, dict):
        return response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return error.status_code or getattr(response, "status_code", None)


def _ses_code(error: AnymailAPIError) -> str:
    """The name of an error of Amazon SES."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error.response, dict) else ""


def _never_connected(error: BaseException | None) -> bool:
    """Whether the line to the provider was never made, so that nothing can have left."""
    if isinstance(error, NEVER_CONNECTED):
        return True
    inner = [error.__cause__, getattr(error, "reason", None), *error.args] if error else []
    return any(_never_connected(one) for one in inner if isinstance(one, Exception))
