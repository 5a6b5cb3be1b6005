package files

const processor = "amd64"
