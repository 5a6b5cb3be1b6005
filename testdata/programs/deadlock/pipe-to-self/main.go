package main

import (
	"bytes"
	"fmt"
	"io"
	"text/template"
)

var page = template.Must(template.New("page").Parse("<h1>{{.Title}}</h1>\n{{range .Items}}<li>{{.}}</li>\n{{end}}"))

type content struct {
	Title string
	Items []string
}

func render(c content) (string, error) {
	r, w := io.Pipe()
	if err := page.Execute(w, c); err != nil { // MARK: BUG
		return "", err
	}
	w.Close()
	var out bytes.Buffer
	_, err := io.Copy(&out, r)
	return out.String(), err
}

func main() {
	html, err := render(content{Title: "Stock", Items: []string{"apples", "pears"}})
	fmt.Println(html, err)
}
