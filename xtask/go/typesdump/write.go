package main

import (
	"bufio"
	"encoding/binary"
	"go/ast"
	"go/token"
	"go/types"
)

// A frame holds one package. All numbers are little-endian u32 except where noted; texts stand once, in a table at the end, and are named by
// their place in it.
//
//	length of the rest in bytes (u64)
//	path · errors: count, texts · files: count, per file
//	  name
//	  identifiers: count, each offset · definition (u8) · object
//	  expressions: count, each start · end · kind (u8) · mode (u8) · type, and of constants the value
//	  selections:  count, each start · end · kind and indirection (u8) · object · path length · path
//	  instances:   count, each offset · arguments · type
//	  clauses:     count, each start of a clause of a type switch · type of its variable
//	texts: count, each length · bytes
type frame struct {
	fset    *token.FileSet
	bytes   []byte
	texts   []string
	byText  map[string]uint32
	types   map[types.Type]uint32
	objects map[types.Object]uint32
}

func dump(out *bufio.Writer, fset *token.FileSet, r *result) error {
	f := &frame{
		fset:    fset,
		byText:  map[string]uint32{},
		types:   map[types.Type]uint32{},
		objects: map[types.Object]uint32{},
	}
	f.u32(f.text(r.unit.Path))
	f.u32(uint32(len(r.errors)))
	for _, err := range r.errors {
		f.u32(f.text(err))
	}
	f.u32(uint32(len(r.files)))
	for _, file := range r.files {
		f.file(file, r.info)
	}
	f.u32(uint32(len(f.texts)))
	for _, text := range f.texts {
		f.u32(uint32(len(text)))
		f.bytes = append(f.bytes, text...)
	}
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(f.bytes)))
	if _, err := out.Write(length[:]); err != nil {
		return err
	}
	if _, err := out.Write(f.bytes); err != nil {
		return err
	}
	// The reader works while the next package is checked.
	return out.Flush()
}

func (f *frame) u8(v uint8) { f.bytes = append(f.bytes, v) }

func (f *frame) u32(v uint32) { f.bytes = binary.LittleEndian.AppendUint32(f.bytes, v) }

// text is the place of a text in the table.
func (f *frame) text(s string) uint32 {
	if i, ok := f.byText[s]; ok {
		return i
	}
	i := uint32(len(f.texts))
	f.byText[s] = i
	f.texts = append(f.texts, s)
	return i
}

func (f *frame) typ(t types.Type) uint32 {
	if i, ok := f.types[t]; ok {
		return i
	}
	i := f.text(typeString(t))
	f.types[t] = i
	return i
}

func (f *frame) object(o types.Object) uint32 {
	if i, ok := f.objects[o]; ok {
		return i
	}
	i := f.text(objectString(f.fset, o))
	f.objects[o] = i
	return i
}

// counted writes a list whose length is known when it is written.
func (f *frame) counted(write func() uint32) {
	at := len(f.bytes)
	f.u32(0)
	// The bytes may move while the list is written.
	count := write()
	binary.LittleEndian.PutUint32(f.bytes[at:], count)
}

func (f *frame) file(file *ast.File, info *types.Info) {
	tf := f.fset.File(file.FileStart)
	offset := func(p token.Pos) uint32 { return uint32(tf.Offset(p)) }
	f.u32(f.text(tf.Name()))

	var idents []*ast.Ident
	var exprs []ast.Expr
	var clauses []*ast.CaseClause
	// The type of a function literal is that of the literal; the reader has one node for both.
	inLiteral := map[*ast.FuncType]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			inLiteral[n.Type] = true
			exprs = append(exprs, n)
		case *ast.FuncType:
			if !inLiteral[n] {
				exprs = append(exprs, n)
			}
		case *ast.Ident:
			idents = append(idents, n)
			exprs = append(exprs, n)
		case *ast.CaseClause:
			clauses = append(clauses, n)
		case ast.Expr:
			exprs = append(exprs, n)
		}
		return true
	})

	f.counted(func() (count uint32) {
		for _, id := range idents {
			def := uint8(0)
			o := info.Uses[id]
			// An embedded field is declared and its type used; the use says more.
			if o == nil {
				o, def = info.Defs[id], 1
			}
			if o == nil {
				continue
			}
			f.u32(offset(id.Pos()))
			f.u8(def)
			f.u32(f.object(o))
			count++
		}
		return count
	})
	f.counted(func() (count uint32) {
		for _, e := range exprs {
			tv, ok := info.Types[e]
			if !ok {
				continue
			}
			f.u32(offset(e.Pos()))
			f.u32(offset(e.End()))
			f.u8(kind(e))
			f.u8(mode(tv))
			f.u32(f.typ(tv.Type))
			if tv.Value != nil {
				f.u32(f.text(valueString(tv.Value)))
			}
			count++
		}
		return count
	})
	f.counted(func() (count uint32) {
		for _, e := range exprs {
			e, ok := e.(*ast.SelectorExpr)
			if !ok {
				continue
			}
			s := info.Selections[e]
			if s == nil {
				continue
			}
			f.u32(offset(e.Pos()))
			f.u32(offset(e.End()))
			bits := uint8(s.Kind())
			if s.Indirect() {
				bits |= 0x80
			}
			f.u8(bits)
			f.u32(f.object(s.Obj()))
			f.u32(uint32(len(s.Index())))
			for _, i := range s.Index() {
				f.u32(uint32(i))
			}
			count++
		}
		return count
	})
	f.counted(func() (count uint32) {
		for _, id := range idents {
			inst, ok := info.Instances[id]
			if !ok {
				continue
			}
			f.u32(offset(id.Pos()))
			f.u32(f.text(typesString(inst.TypeArgs)))
			f.u32(f.typ(inst.Type))
			count++
		}
		return count
	})
	f.counted(func() (count uint32) {
		for _, clause := range clauses {
			o := info.Implicits[clause]
			if o == nil {
				continue
			}
			f.u32(offset(clause.Pos()))
			f.u32(f.typ(o.Type()))
			count++
		}
		return count
	})
}

// kind numbers node kinds; the reader has the same numbers.
func kind(e ast.Expr) uint8 {
	switch e.(type) {
	case *ast.BadExpr:
		return 0
	case *ast.Ident:
		return 1
	case *ast.BasicLit:
		return 2
	case *ast.FuncLit:
		return 3
	case *ast.CompositeLit:
		return 4
	case *ast.KeyValueExpr:
		return 5
	case *ast.ParenExpr:
		return 6
	case *ast.SelectorExpr:
		return 7
	case *ast.IndexExpr:
		return 8
	case *ast.IndexListExpr:
		return 9
	case *ast.SliceExpr:
		return 10
	case *ast.TypeAssertExpr:
		return 11
	case *ast.CallExpr:
		return 12
	case *ast.StarExpr:
		return 13
	case *ast.UnaryExpr:
		return 14
	case *ast.BinaryExpr:
		return 15
	case *ast.Ellipsis:
		return 16
	case *ast.ArrayType:
		return 17
	case *ast.StructType:
		return 18
	case *ast.FuncType:
		return 19
	case *ast.InterfaceType:
		return 20
	case *ast.MapType:
		return 21
	case *ast.ChanType:
		return 22
	}
	return 255
}

// mode numbers what an expression denotes; the reader has the same numbers.
func mode(tv types.TypeAndValue) uint8 {
	switch {
	case tv.IsVoid():
		return 1
	case tv.IsBuiltin():
		return 2
	case tv.IsType():
		return 3
	case tv.Value != nil:
		return 4
	case tv.Addressable():
		return 5
	case tv.Assignable():
		return 6
	case tv.IsNil():
		return 8
	case tv.HasOk():
		return 9
	case tv.IsValue():
		return 7
	}
	return 0
}
