"""Fakes of the vendors' servers, each as strict as the real one."""
