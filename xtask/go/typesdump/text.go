package main

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"hash/fnv"
	"path/filepath"
	"sort"
	"strings"
)

// objectString names an object by what it is and where it is declared, so that the fields and methods of instances are those of the
// generic type.
func objectString(fset *token.FileSet, o types.Object) string {
	var what string
	switch o := o.(type) {
	case *types.PkgName:
		return "package " + o.Imported().Path()
	case *types.Const:
		what = "const"
	case *types.TypeName:
		what = "type"
	case *types.Var:
		return place(fset, "var", o.Origin())
	case *types.Func:
		return place(fset, "func", o.Origin())
	case *types.Label:
		what = "label"
	case *types.Builtin:
		what = "builtin"
	case *types.Nil:
		what = "nil"
	}
	return place(fset, what, o)
}

func place(fset *token.FileSet, what string, o types.Object) string {
	path := ""
	if o.Pkg() != nil {
		path = o.Pkg().Path()
	}
	if !o.Pos().IsValid() {
		return fmt.Sprintf("%s %s.%s", what, path, o.Name())
	}
	f := fset.File(o.Pos())
	return fmt.Sprintf("%s %s.%s %s:%d", what, path, o.Name(), filepath.Base(f.Name()), f.Offset(o.Pos()))
}

// valueString writes a constant: numbers by value whatever their kind, strings by length and hash. What go/types knows only roughly is "?".
func valueString(v constant.Value) string {
	switch v.Kind() {
	case constant.Bool:
		return v.ExactString()
	case constant.String:
		s := constant.StringVal(v)
		h := fnv.New64a()
		h.Write([]byte(s))
		return fmt.Sprintf("string %d %016x", len(s), h.Sum64())
	case constant.Int, constant.Float:
		if i := constant.ToInt(v); i.Kind() == constant.Int {
			return i.ExactString()
		}
		if s := v.ExactString(); strings.Contains(s, "/") {
			return s
		}
	case constant.Complex:
		re, im := valueString(constant.Real(v)), valueString(constant.Imag(v))
		if im == "0" {
			return re
		}
		return "(" + re + " + " + im + "i)"
	}
	return "?"
}

// typeString writes a type with import paths, without parameter names, and with aliases resolved.
func typeString(t types.Type) string {
	var w writer
	w.typ(t)
	return w.String()
}

// typesString writes a list of type arguments.
func typesString(list *types.TypeList) string {
	var w writer
	w.list(list)
	return w.String()
}

type writer struct{ strings.Builder }

func (w *writer) list(list *types.TypeList) {
	for i := range list.Len() {
		if i > 0 {
			w.WriteByte(',')
		}
		w.typ(list.At(i))
	}
}

func (w *writer) typ(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case nil:
		w.WriteString("()")
	case *types.Basic:
		switch t.Kind() {
		case types.UnsafePointer:
			w.WriteString("unsafe.Pointer")
		case types.Byte:
			w.WriteString("uint8")
		case types.Rune:
			w.WriteString("int32")
		default:
			w.WriteString(t.Name())
		}
	case *types.Named:
		w.typeName(t.Obj())
		if t.TypeArgs().Len() > 0 {
			w.WriteByte('[')
			w.list(t.TypeArgs())
			w.WriteByte(']')
		} else {
			w.typeParams(t.TypeParams())
		}
	case *types.TypeParam:
		w.WriteString(t.Obj().Name())
	case *types.Pointer:
		w.WriteByte('*')
		w.typ(t.Elem())
	case *types.Slice:
		w.WriteString("[]")
		w.typ(t.Elem())
	case *types.Array:
		fmt.Fprintf(w, "[%d]", t.Len())
		w.typ(t.Elem())
	case *types.Map:
		w.WriteString("map[")
		w.typ(t.Key())
		w.WriteByte(']')
		w.typ(t.Elem())
	case *types.Chan:
		w.channel(t)
	case *types.Tuple:
		w.tuple(t, false)
	case *types.Signature:
		w.WriteString("func")
		w.signature(t)
	case *types.Struct:
		w.structure(t)
	case *types.Interface:
		w.iface(t)
	case *types.Union:
		for i := range t.Len() {
			if i > 0 {
				w.WriteString(" | ")
			}
			if t.Term(i).Tilde() {
				w.WriteByte('~')
			}
			w.typ(t.Term(i).Type())
		}
	default:
		fmt.Fprintf(w, "%T", t)
	}
}

func (w *writer) typeName(o *types.TypeName) {
	if o.Pkg() != nil {
		w.WriteString(o.Pkg().Path())
		w.WriteByte('.')
	}
	w.WriteString(o.Name())
}

func (w *writer) channel(t *types.Chan) {
	parens := false
	switch t.Dir() {
	case types.SendRecv:
		w.WriteString("chan ")
		elem, ok := types.Unalias(t.Elem()).(*types.Chan)
		parens = ok && elem.Dir() == types.RecvOnly
	case types.SendOnly:
		w.WriteString("chan<- ")
	case types.RecvOnly:
		w.WriteString("<-chan ")
	}
	if parens {
		w.WriteByte('(')
	}
	w.typ(t.Elem())
	if parens {
		w.WriteByte(')')
	}
}

func (w *writer) structure(t *types.Struct) {
	w.WriteString("struct{")
	for i := range t.NumFields() {
		if i > 0 {
			w.WriteString("; ")
		}
		field := t.Field(i)
		if !field.Embedded() {
			w.WriteString(field.Name())
			w.WriteByte(' ')
		}
		w.typ(field.Type())
		if tag := t.Tag(i); tag != "" {
			w.WriteString(` "`)
			w.WriteString(tagEscapes.Replace(tag))
			w.WriteByte('"')
		}
	}
	w.WriteByte('}')
}

var tagEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`)

func (w *writer) iface(t *types.Interface) {
	if t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 0 {
		w.WriteString("any")
		return
	}
	if t.IsImplicit() && t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 1 {
		w.typ(t.EmbeddedType(0))
		return
	}
	// go/types sorts methods by name; the source has an order of its own.
	methods := make([]*types.Func, t.NumExplicitMethods())
	for i := range methods {
		methods[i] = t.ExplicitMethod(i)
	}
	sort.SliceStable(methods, func(i, j int) bool { return methods[i].Pos() < methods[j].Pos() })
	w.WriteString("interface{")
	first := true
	separate := func() {
		if !first {
			w.WriteString("; ")
		}
		first = false
	}
	for _, m := range methods {
		separate()
		w.WriteString(m.Name())
		w.signature(m.Type().(*types.Signature))
	}
	for i := range t.NumEmbeddeds() {
		separate()
		w.typ(t.EmbeddedType(i))
	}
	w.WriteByte('}')
}

func (w *writer) typeParams(list *types.TypeParamList) {
	if list.Len() == 0 {
		return
	}
	w.WriteByte('[')
	for i := range list.Len() {
		if i > 0 {
			w.WriteString(", ")
		}
		w.WriteString(list.At(i).Obj().Name())
		w.WriteByte(' ')
		w.typ(list.At(i).Constraint())
	}
	w.WriteByte(']')
}

func (w *writer) signature(t *types.Signature) {
	w.typeParams(t.TypeParams())
	w.tuple(t.Params(), t.Variadic())
	switch t.Results().Len() {
	case 0:
	case 1:
		w.WriteByte(' ')
		w.typ(t.Results().At(0).Type())
	default:
		w.WriteByte(' ')
		w.tuple(t.Results(), false)
	}
}

func (w *writer) tuple(t *types.Tuple, variadic bool) {
	w.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			w.WriteString(", ")
		}
		typ := t.At(i).Type()
		if !variadic || i+1 < t.Len() {
			w.typ(typ)
		} else if slice, ok := types.Unalias(typ).(*types.Slice); ok {
			w.WriteString("...")
			w.typ(slice.Elem())
		} else {
			// append([]byte, string...)
			w.typ(typ)
			w.WriteString("...")
		}
	}
	w.WriteByte(')')
}
