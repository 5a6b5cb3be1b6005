package files

const system = "windows"
