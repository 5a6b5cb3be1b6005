package embed

import "embed"

//go:embed text.txt
//go:embed all:dir/*
var Files embed.FS

//go:embed text.txt
var text string

const s = `
//go:embed not this
`
