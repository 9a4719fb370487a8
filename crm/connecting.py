"""Connections to a CRM: those of `core.network.connecting`, with errors that adapters know."""

from core.network import connecting
from core.network.connecting import CONNECT, PrivateAddress, is_named, issuer, trusting, until
from crm.errors import ForeignHost

__all__ = ["CONNECT", "Checked", "is_named", "issuer", "trusting", "until"]


class Checked(connecting.Checked):
    """Makes connections whose addresses were looked at."""

    def send(self, *args, **kwargs):
        """Send a request. Raises ForeignHost where its host leads into a private network."""
        try:
            return super().send(*args, **kwargs)
        except PrivateAddress:
            raise ForeignHost("The CRM's address leads into a private network.") from None
