"""The adapters that come with the product, one folder a vendor; registered like anybody else's, by entry point."""
