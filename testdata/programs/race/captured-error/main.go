package main

import (
	"errors"
	"fmt"
	"os"
)

type deployer struct {
	images map[string]string
}

func (d *deployer) pull(image string) error {
	if d.images[image] == "" {
		return errors.New("unknown image " + image)
	}
	return nil
}

func (d *deployer) writeManifest(path string) error {
	return os.MkdirAll(path, 0o755)
}

func (d *deployer) deploy(dir, image string) error {
	pulled := make(chan struct{})
	var err error
	go func() {
		err = d.pull(image) // MARK: INNER
		close(pulled)
	}()
	err = d.writeManifest(dir) // MARK: OUTER
	if err != nil {
		return err
	}
	<-pulled
	return err
}

func main() {
	d := &deployer{images: map[string]string{"web:1": "sha256:00"}}
	fmt.Println(d.deploy(os.TempDir(), "web:1"))
}
