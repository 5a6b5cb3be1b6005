package files

// unix is a tag, but not in a file name.
