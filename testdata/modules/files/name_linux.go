package files

const system = "linux"
