"""Asking before somebody is signed out of this browser because somebody else signs in.

A browser holds one session: signing in ends the one that is open, of either side. A form that signs somebody in shows
whose session it would end (`accounts/signed_in_other.html`), and posts back their key as `signs_out`. Without it,
or when a third person has signed in meanwhile, nobody is signed in or out, and the form is shown again.
"""

from django.http import HttpRequest

from accounts.models import User

# The answer to a form that would sign somebody out who was not named in it: Conflict.
ASKS_FIRST = 409


def signed_in_other(request: HttpRequest, user: User | None) -> User | None:
    """Who is signed in here and is not `user`; None when there is nobody to sign out."""
    current = request.user
    if not current.is_authenticated or (user is not None and current.pk == user.pk):
        return None
    return current


def agreed_to_sign_out(request: HttpRequest, other: User | None) -> bool:
    """Whether the posted form named this very person as the one to be signed out; true when there is nobody."""
    return other is None or request.POST.get("signs_out") == str(other.pk)
