"""What `script/server` and the tests run on: the embedded servers and the process manager."""
