"""List pages over any number of rows: filters, order, pages, counts and columns, all in the URL."""
