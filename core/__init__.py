"""What every room needs and no word of the business: operations, activity, list pages, exports, UI tags."""
