"""Files that are uploaded and written: where they are kept, which rows refer to them, when the disk is full."""
