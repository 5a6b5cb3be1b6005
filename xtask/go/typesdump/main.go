// Typesdump type-checks packages with go/types and writes down what it found out: for every identifier the object, for every
// expression mode and type, and the selections and instances. `cargo xtask conformance types` compares that with gosleuth's answers.
//
// Standard input has one JSON object per line and package, dependencies first. Standard output has one frame per package with "dump" set;
// write.go describes it. With -speed nothing is dumped: standard output is what parsing and checking took, in seconds, seconds of CPU and kB.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// unit is a package to check.
type unit struct {
	Path string `json:"path"`
	// ImportPath is what others know it by: with tests, "p [p.test]".
	ImportPath string            `json:"import_path"`
	Dir        string            `json:"dir"`
	Files      []string          `json:"files"`
	ImportMap  map[string]string `json:"import_map"`
	// Imports are the paths of the packages it needs, after ImportMap.
	Imports   []string `json:"imports"`
	GoVersion string   `json:"go_version"`
	Dump      bool     `json:"dump"`
}

// loader keeps what is shared between packages.
type loader struct {
	fset  *token.FileSet
	sizes types.Sizes

	mu       sync.Mutex
	packages map[string]*types.Package
}

// importer resolves import paths as one package sees them.
type importer struct {
	*loader
	unit *unit
}

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if mapped, ok := i.unit.ImportMap[path]; ok {
		path = mapped
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if p := i.packages[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%s is not loaded", path)
}

// result is a checked package.
type result struct {
	unit   *unit
	files  []*ast.File
	info   *types.Info
	errors []string
}

func (l *loader) check(u *unit, info *types.Info, bodies bool) *result {
	r := &result{unit: u, info: info}
	for _, name := range u.Files {
		file, err := parser.ParseFile(l.fset, filepath.Join(u.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			r.errors = append(r.errors, err.Error())
		}
		if file != nil {
			r.files = append(r.files, file)
		}
	}
	config := types.Config{
		Importer:         importer{l, u},
		Sizes:            l.sizes,
		GoVersion:        u.GoVersion,
		IgnoreFuncBodies: !bodies,
		Error:            func(err error) { r.errors = append(r.errors, err.Error()) },
	}
	p, _ := config.Check(u.Path, l.fset, r.files, info)
	l.mu.Lock()
	l.packages[u.ImportPath] = p
	l.mu.Unlock()
	return r
}

func newInfo() *types.Info {
	return &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Instances:  map[*ast.Ident]types.Instance{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Implicits:  map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("typesdump: ")
	speed := flag.Bool("speed", false, "dump nothing, print what parsing and checking took")
	parallel := flag.Bool("parallel", false, "with -speed: check packages that do not need each other at the same time")
	flag.Parse()

	var units []*unit
	decoder := json.NewDecoder(bufio.NewReader(os.Stdin))
	for decoder.More() {
		u := new(unit)
		if err := decoder.Decode(u); err != nil {
			log.Fatal(err)
		}
		units = append(units, u)
	}
	l := &loader{
		fset:     token.NewFileSet(),
		sizes:    types.SizesFor("gc", build.Default.GOARCH),
		packages: map[string]*types.Package{},
	}
	if *speed {
		start := time.Now()
		if *parallel {
			l.checkParallel(units)
		} else {
			for _, u := range units {
				l.check(u, newInfo(), true)
			}
		}
		wall := time.Since(start).Seconds()
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			log.Fatal(err)
		}
		cpu := float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
		fmt.Printf("%.4f %.4f %d\n", wall, cpu, usage.Maxrss)
		return
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for _, u := range units {
		if !u.Dump {
			l.check(u, nil, false)
			continue
		}
		if err := dump(out, l.fset, l.check(u, newInfo(), true)); err != nil {
			log.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

// checkParallel checks packages as soon as those they need are there, on all cores.
func (l *loader) checkParallel(units []*unit) {
	done := map[string]chan struct{}{}
	for _, u := range units {
		done[u.ImportPath] = make(chan struct{})
	}
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for _, u := range units {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer close(done[u.ImportPath])
			for _, path := range u.Imports {
				if c, ok := done[path]; ok {
					<-c
				}
			}
			slots <- struct{}{}
			l.check(u, newInfo(), true)
			<-slots
		}()
	}
	wg.Wait()
}
