// Parsedump parses Go files with go/parser, for comparison with gosleuth's parser.
//
// Files come on standard input as frames: four bytes of length, little-endian, and the text. For each, one line goes to standard
// output: "reject", or "accept" and a hash of the tree. With -tree the tree itself follows, ended by an empty line.
//
// With -speed N, all files are read first and then parsed N times on one thread; the output is the least CPU time in nanoseconds, on one
// line with comments and without object resolution, on the next one as parser.ParseFile does it when asked for nothing.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log"
	"math"
	"os"
	"runtime"
	"strconv"
	"syscall"
)

// Object resolution is left out: its errors (a label that is not used, a name declared twice) belong to types.
const mode = parser.ParseComments | parser.AllErrors | parser.SkipObjectResolution

func main() {
	speed := flag.Int("speed", 0, "how often to parse everything for the time it takes")
	tree := flag.Bool("tree", false, "print trees")
	flag.Parse()

	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	if *speed > 0 {
		measure(in, *speed)
		return
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	defer out.Flush()
	var w writer
	for {
		text, ok := frame(in)
		if !ok {
			return
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "", text, mode)
		if err != nil {
			fmt.Fprintf(out, "reject %q\n", err.Error())
		} else {
			w.reset(fset, file)
			w.file(file)
			fmt.Fprintf(out, "accept %016x\n", w.hash())
			if *tree {
				out.Write(w.out)
			}
		}
		if *tree {
			fmt.Fprintln(out)
		}
		// Whoever compares file by file waits for this line.
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}

func frame(in *bufio.Reader) ([]byte, bool) {
	var size [4]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return nil, false
	}
	text := make([]byte, binary.LittleEndian.Uint32(size[:]))
	if _, err := io.ReadFull(in, text); err != nil {
		log.Fatal(err)
	}
	return text, true
}

func measure(in *bufio.Reader, times int) {
	runtime.GOMAXPROCS(1)
	var texts [][]byte
	for {
		text, ok := frame(in)
		if !ok {
			break
		}
		texts = append(texts, text)
	}
	for _, mode := range []parser.Mode{parser.ParseComments | parser.SkipObjectResolution, 0} {
		best := int64(math.MaxInt64)
		for range times {
			runtime.GC()
			start := busy()
			for _, text := range texts {
				_, _ = parser.ParseFile(token.NewFileSet(), "", text, mode)
			}
			best = min(best, busy()-start)
		}
		fmt.Println(best)
	}
}

// busy is how long this process has been running on a processor.
func busy() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// A writer writes a tree as lines, in source order as far as go/ast has it: depth, kind, offsets of the first byte and behind the last,
// and what else distinguishes the node. Missing parts are lines with "-".
type writer struct {
	fset  *token.FileSet
	base  int
	depth int
	out   []byte
}

func (w *writer) reset(fset *token.FileSet, file *ast.File) {
	w.fset = fset
	w.base = fset.File(file.Package).Base()
	w.depth = 0
	w.out = w.out[:0]
}

// hash is FNV-1a over words: the same text gives the same number in the other program.
func (w *writer) hash() uint64 {
	h := uint64(14695981039346656037)
	for _, b := range w.out {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}

func (w *writer) offset(pos token.Pos) int { return int(pos) - w.base }

func (w *writer) line(kind string, n ast.Node, details ...string) {
	w.span(kind, w.offset(n.Pos()), w.offset(n.End()), details...)
}

func (w *writer) span(kind string, start, end int, details ...string) {
	w.out = strconv.AppendInt(w.out, int64(w.depth), 10)
	w.out = append(w.out, ' ')
	w.out = append(w.out, kind...)
	w.out = append(w.out, ' ')
	w.out = strconv.AppendInt(w.out, int64(start), 10)
	w.out = append(w.out, ' ')
	w.out = strconv.AppendInt(w.out, int64(end), 10)
	for _, d := range details {
		w.out = append(w.out, ' ')
		w.out = append(w.out, d...)
	}
	w.out = append(w.out, '\n')
}

func (w *writer) none() {
	w.out = strconv.AppendInt(w.out, int64(w.depth), 10)
	w.out = append(w.out, " -\n"...)
}

func (w *writer) at(pos token.Pos) string { return strconv.Itoa(w.offset(pos)) }

func count(n int) string { return strconv.Itoa(n) }

func flagged(b bool, name string) string {
	if b {
		return name
	}
	return "."
}

func (w *writer) file(f *ast.File) {
	w.span("File", w.offset(f.Package), w.offset(f.Package)+len("package"), count(len(f.Decls)))
	w.depth++
	w.ident(f.Name)
	for _, d := range f.Decls {
		w.decl(d)
	}
	comments := 0
	for _, g := range f.Comments {
		for _, c := range g.List {
			w.span("Comment", w.offset(c.Slash), w.offset(c.Slash)+2, c.Text[:2])
			comments++
		}
	}
	w.span("Comments", 0, 0, count(comments))
	w.span("Imports", 0, 0, count(len(f.Imports)))
	w.depth--
}

func (w *writer) ident(id *ast.Ident) {
	if id == nil {
		w.none()
		return
	}
	w.line("Ident", id, id.Name)
}

func (w *writer) idents(list []*ast.Ident) {
	for _, id := range list {
		w.ident(id)
	}
}

func (w *writer) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.GenDecl:
		w.line("Gen", d, d.Tok.String(), flagged(d.Lparen.IsValid(), "grouped"), count(len(d.Specs)))
		w.depth++
		for _, s := range d.Specs {
			w.spec(s)
		}
		w.depth--
	case *ast.FuncDecl:
		w.line("FuncDecl", d)
		w.depth++
		w.fields(d.Recv)
		w.ident(d.Name)
		w.funcType(d.Type)
		if d.Body == nil {
			w.none()
		} else {
			w.stmt(d.Body)
		}
		w.depth--
	default:
		w.line("Bad", d)
	}
}

func (w *writer) spec(s ast.Spec) {
	switch s := s.(type) {
	case *ast.ImportSpec:
		w.line("Import", s)
		w.depth++
		w.ident(s.Name)
		w.expr(s.Path)
	case *ast.ValueSpec:
		w.line("Value", s, count(len(s.Names)), count(len(s.Values)))
		w.depth++
		w.idents(s.Names)
		w.expr(s.Type)
		w.exprs(s.Values)
	case *ast.TypeSpec:
		w.line("Type", s, flagged(s.Assign.IsValid(), "alias"))
		w.depth++
		w.ident(s.Name)
		w.fields(s.TypeParams)
		w.expr(s.Type)
	}
	w.depth--
}

func (w *writer) fields(l *ast.FieldList) {
	if l == nil {
		w.none()
		return
	}
	w.line("Fields", l, flagged(l.Opening.IsValid(), "bracketed"), count(len(l.List)))
	w.depth++
	for _, f := range l.List {
		w.line("Field", f, count(len(f.Names)))
		w.depth++
		w.idents(f.Names)
		w.expr(f.Type)
		if f.Tag == nil {
			w.none()
		} else {
			w.expr(f.Tag)
		}
		w.depth--
	}
	w.depth--
}

func (w *writer) funcType(t *ast.FuncType) {
	w.line("FuncType", t)
	w.depth++
	w.fields(t.TypeParams)
	w.fields(t.Params)
	w.fields(t.Results)
	w.depth--
}

func (w *writer) exprs(list []ast.Expr) {
	for _, e := range list {
		w.expr(e)
	}
}

func (w *writer) expr(e ast.Expr) {
	switch e := e.(type) {
	case nil:
		w.none()
	case *ast.Ident:
		w.ident(e)
	case *ast.BasicLit:
		w.line("Literal", e, e.Kind.String())
	case *ast.FuncLit:
		w.line("FuncLit", e)
		w.depth++
		w.funcType(e.Type)
		w.stmt(e.Body)
		w.depth--
	case *ast.CompositeLit:
		w.line("Composite", e, count(len(e.Elts)))
		w.depth++
		w.expr(e.Type)
		w.exprs(e.Elts)
		w.depth--
	case *ast.KeyValueExpr:
		w.line("KeyValue", e)
		w.children(e.Key, e.Value)
	case *ast.ParenExpr:
		w.line("Paren", e)
		w.children(e.X)
	case *ast.SelectorExpr:
		w.line("Selector", e)
		w.children(e.X, e.Sel)
	case *ast.IndexExpr:
		w.line("Index", e)
		w.children(e.X, e.Index)
	case *ast.IndexListExpr:
		w.line("IndexList", e, count(len(e.Indices)))
		w.depth++
		w.expr(e.X)
		w.exprs(e.Indices)
		w.depth--
	case *ast.SliceExpr:
		w.line("Slice", e, flagged(e.Slice3, "3"))
		w.children(e.X, e.Low, e.High, e.Max)
	case *ast.TypeAssertExpr:
		w.line("TypeAssert", e)
		w.children(e.X, e.Type)
	case *ast.CallExpr:
		w.line("Call", e, flagged(e.Ellipsis.IsValid(), "spread"), count(len(e.Args)))
		w.depth++
		w.expr(e.Fun)
		w.exprs(e.Args)
		w.depth--
	case *ast.StarExpr:
		w.line("Star", e)
		w.children(e.X)
	case *ast.UnaryExpr:
		w.line("Unary", e, e.Op.String())
		w.children(e.X)
	case *ast.BinaryExpr:
		w.line("Binary", e, e.Op.String(), w.at(e.OpPos))
		w.children(e.X, e.Y)
	case *ast.Ellipsis:
		w.line("Ellipsis", e)
		w.children(e.Elt)
	case *ast.ArrayType:
		w.line("Array", e)
		w.children(e.Len, e.Elt)
	case *ast.StructType:
		w.line("Struct", e)
		w.depth++
		w.fields(e.Fields)
		w.depth--
	case *ast.FuncType:
		w.funcType(e)
	case *ast.InterfaceType:
		w.line("Interface", e)
		w.depth++
		w.fields(e.Methods)
		w.depth--
	case *ast.MapType:
		w.line("Map", e)
		w.children(e.Key, e.Value)
	case *ast.ChanType:
		dir := map[ast.ChanDir]string{ast.SEND: "send", ast.RECV: "receive", ast.SEND | ast.RECV: "both"}[e.Dir]
		w.line("Chan", e, dir)
		w.children(e.Value)
	default:
		w.line("Bad", e)
	}
}

func (w *writer) children(list ...ast.Expr) {
	w.depth++
	w.exprs(list)
	w.depth--
}

func (w *writer) stmts(list []ast.Stmt) {
	for _, s := range list {
		w.stmt(s)
	}
}

func (w *writer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case nil:
		w.none()
	case *ast.DeclStmt:
		w.line("DeclStmt", s)
		w.depth++
		w.decl(s.Decl)
		w.depth--
	case *ast.EmptyStmt:
		w.line("Empty", s, flagged(s.Implicit, "implicit"))
	case *ast.LabeledStmt:
		w.line("Labeled", s)
		w.depth++
		w.ident(s.Label)
		w.stmt(s.Stmt)
		w.depth--
	case *ast.ExprStmt:
		w.line("Expr", s)
		w.children(s.X)
	case *ast.SendStmt:
		w.line("Send", s, w.at(s.Arrow))
		w.children(s.Chan, s.Value)
	case *ast.IncDecStmt:
		w.line("IncDec", s, s.Tok.String())
		w.children(s.X)
	case *ast.AssignStmt:
		w.line("Assign", s, s.Tok.String(), w.at(s.TokPos), count(len(s.Lhs)), count(len(s.Rhs)))
		w.depth++
		w.exprs(s.Lhs)
		w.exprs(s.Rhs)
		w.depth--
	case *ast.GoStmt:
		w.line("Go", s)
		w.children(s.Call)
	case *ast.DeferStmt:
		w.line("Defer", s)
		w.children(s.Call)
	case *ast.ReturnStmt:
		w.line("Return", s, count(len(s.Results)))
		w.children(s.Results...)
	case *ast.BranchStmt:
		w.line("Branch", s, s.Tok.String())
		w.depth++
		w.ident(s.Label)
		w.depth--
	case *ast.BlockStmt:
		w.line("Block", s, count(len(s.List)))
		w.depth++
		w.stmts(s.List)
		w.depth--
	case *ast.IfStmt:
		w.line("If", s)
		w.depth++
		w.stmt(s.Init)
		w.expr(s.Cond)
		w.stmt(s.Body)
		w.stmt(s.Else)
		w.depth--
	case *ast.CaseClause:
		w.line("Case", s, flagged(s.List == nil, "default"), count(len(s.List)), count(len(s.Body)))
		w.depth++
		w.exprs(s.List)
		w.stmts(s.Body)
		w.depth--
	case *ast.SwitchStmt:
		w.line("Switch", s)
		w.depth++
		w.stmt(s.Init)
		w.expr(s.Tag)
		w.stmt(s.Body)
		w.depth--
	case *ast.TypeSwitchStmt:
		w.line("TypeSwitch", s)
		w.depth++
		w.stmt(s.Init)
		w.stmt(s.Assign)
		w.stmt(s.Body)
		w.depth--
	case *ast.CommClause:
		w.line("Comm", s, count(len(s.Body)))
		w.depth++
		w.stmt(s.Comm)
		w.stmts(s.Body)
		w.depth--
	case *ast.SelectStmt:
		w.line("Select", s)
		w.depth++
		w.stmt(s.Body)
		w.depth--
	case *ast.ForStmt:
		w.line("For", s)
		w.depth++
		w.stmt(s.Init)
		w.expr(s.Cond)
		w.stmt(s.Post)
		w.stmt(s.Body)
		w.depth--
	case *ast.RangeStmt:
		op := s.Tok.String()
		if s.Tok == token.ILLEGAL {
			op = "."
		}
		w.line("Range", s, op)
		w.depth++
		w.expr(s.Key)
		w.expr(s.Value)
		w.expr(s.X)
		w.stmt(s.Body)
		w.depth--
	default:
		w.line("Bad", s)
	}
}
