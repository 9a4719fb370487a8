"""The firm's CRM: connections, sync into staging, import, update. Adapters know their vendor and never our models."""
