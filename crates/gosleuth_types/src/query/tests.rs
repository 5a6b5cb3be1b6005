//! Queries on types built by hand.

use gosleuth_syntax::ast::ChanDir;

use super::*;
use crate::display::Qualify;
use crate::info::SelectionKind;
use crate::names::Name;
use crate::object::{ObjKind, Pos, VarKind};
use crate::types::{BasicKind, Field, InterfaceType, Method, Signature, Term};

/// A package in the making.
struct Lab {
    world: World,
    pkg: PkgId,
    own: PackageTables,
    caches: Caches,
}

impl Lab {
    fn new() -> Self {
        let world = World::new();
        let pkg = world.register("lab", None);
        Self {
            world,
            pkg,
            own: PackageTables::default(),
            caches: Caches::default(),
        }
    }

    fn query(&self) -> Query<'_, '_> {
        Query {
            world: &self.world,
            pkg: self.pkg,
            own: &self.own,
            caches: &self.caches,
        }
    }

    fn name(&self, text: &str) -> Name {
        self.world.name(text)
    }

    fn object(&mut self, name: &str, ty: Option<TypeId>, kind: ObjKind) -> ObjRef {
        let name = self.name(name);
        self.own.objects.push(Object {
            name,
            pos: Pos::NONE,
            ty,
            kind,
        });
        ObjRef {
            pkg: self.pkg,
            index: self.own.objects.len() as u32 - 1,
        }
    }

    fn type_name(&mut self, name: &str) -> ObjRef {
        let kind = ObjKind::Type {
            alias: false,
            type_params: TypeId::EMPTY_TUPLE,
        };
        self.object(name, None, kind)
    }

    fn param(&mut self, name: &str, constraint: TypeId) -> TypeId {
        let obj = self.type_name(name);
        let param = TypeParamRef {
            pkg: self.pkg,
            index: self.own.type_params.len() as u32,
        };
        self.own.type_params.push(TypeParamInfo {
            obj,
            index: param.index,
            constraint: Some(constraint),
        });
        self.world.types.intern(Type::TypeParam(param))
    }

    fn constrain(&mut self, param: TypeId, constraint: TypeId) {
        if let Type::TypeParam(param) = *self.world.types.get(param) {
            self.own.type_params[param.index as usize].constraint = Some(constraint);
        }
    }

    fn tuple(&self, types: &[TypeId]) -> TypeId {
        self.world.types.tuple(types.to_vec())
    }

    /// A declared type; without underlying type as long as [`Lab::define`] does not say it.
    fn named(&mut self, name: &str, params: &[TypeId]) -> TypeId {
        let obj = self.type_name(name);
        let decl = NamedRef {
            pkg: self.pkg,
            index: self.own.nameds.len() as u32,
        };
        let args = TypeId::EMPTY_TUPLE;
        let ty = self.world.types.intern(Type::Named { decl, args });
        self.own.nameds.push(NamedInfo {
            obj,
            ty,
            type_params: self.tuple(params),
            underlying: None,
            methods: Vec::new(),
        });
        ty
    }

    fn info(&mut self, named: TypeId) -> &mut NamedInfo {
        match *self.world.types.get(named) {
            Type::Named { decl, .. } => &mut self.own.nameds[decl.index as usize],
            _ => panic!("not a declared type"),
        }
    }

    fn define(&mut self, named: TypeId, underlying: TypeId) {
        self.info(named).underlying = Some(underlying);
    }

    fn declared(&mut self, name: &str, underlying: TypeId) -> TypeId {
        let ty = self.named(name, &[]);
        self.define(ty, underlying);
        ty
    }

    /// A method of `named`, whose receiver is `recv` with type parameters `params`.
    fn method(&mut self, named: TypeId, name: &str, recv: TypeId, params: &[TypeId], sig: TypeId) -> ObjRef {
        let kind = ObjKind::Func {
            recv: Some(recv),
            recv_params: self.tuple(params),
        };
        let obj = self.object(name, Some(sig), kind);
        let name = self.name(name);
        self.info(named).methods.push((name, obj));
        obj
    }

    fn func(&self, params: &[TypeId], results: &[TypeId]) -> TypeId {
        self.generic_func(&[], params, results)
    }

    fn generic_func(&self, type_params: &[TypeId], params: &[TypeId], results: &[TypeId]) -> TypeId {
        self.world.types.intern(Type::Func(Signature {
            params: self.tuple(params),
            results: self.tuple(results),
            variadic: false,
            type_params: self.tuple(type_params),
        }))
    }

    fn structure(&mut self, fields: &[(&str, TypeId)]) -> TypeId {
        let fields = fields.iter().map(|&(name, ty)| self.field(name, ty)).collect();
        self.world.types.intern(Type::Struct(fields))
    }

    /// A field; embedded if its name begins with `+`.
    fn field(&mut self, name: &str, ty: TypeId) -> Field {
        let embedded = name.starts_with('+');
        let name = name.trim_start_matches('+');
        Field {
            name: self.name(name),
            ty,
            tag: None,
            obj: self.object(name, Some(ty), ObjKind::Var(VarKind::Field)),
            embedded,
        }
    }

    fn interface(&mut self, methods: &[(&str, TypeId)], embeds: &[TypeId]) -> TypeId {
        let kind = ObjKind::Func {
            recv: None,
            recv_params: TypeId::EMPTY_TUPLE,
        };
        let methods = methods
            .iter()
            .map(|&(name, sig)| Method {
                name: self.name(name),
                sig,
                obj: self.object(name, Some(sig), kind.clone()),
            })
            .collect();
        self.world.types.intern(Type::Interface(InterfaceType {
            methods,
            embeds: embeds.to_vec(),
            implicit: false,
        }))
    }

    /// `interface { ~A | B }` of `(tilde, type)`.
    fn union(&mut self, terms: &[(bool, TypeId)]) -> TypeId {
        let terms = terms.iter().map(|&(tilde, ty)| Term { tilde, ty }).collect();
        let union = self.world.types.intern(Type::Union(terms));
        self.interface(&[], &[union])
    }

    fn slice(&self, elem: TypeId) -> TypeId {
        self.world.types.slice(elem)
    }

    fn pointer(&self, elem: TypeId) -> TypeId {
        self.world.types.pointer(elem)
    }

    fn chan(&self, dir: ChanDir, elem: TypeId) -> TypeId {
        self.world.types.intern(Type::Chan { dir, elem })
    }

    fn instance(&self, generic: TypeId, args: &[TypeId]) -> TypeId {
        self.query().instantiate(generic, self.tuple(args))
    }

    fn show(&self, ty: TypeId) -> String {
        self.query().display(ty, Qualify::Name(self.pkg)).to_string()
    }

    fn path(&self, ty: TypeId, name: &str) -> Option<(String, Vec<u32>, bool)> {
        let found = self.query().lookup(ty, self.name(name), self.pkg)?;
        Some((self.show(found.ty), found.path, found.indirect))
    }

    fn infer(&self, generic: TypeId, given: &[TypeId], args: &[TypeId]) -> Option<Vec<String>> {
        let Type::Func(sig) = self.world.types.get(generic) else {
            panic!("not a function");
        };
        let pairs: Vec<_> = self
            .world
            .types
            .list(sig.params)
            .iter()
            .zip(args)
            .map(|(&param, &arg)| InferArgument {
                param,
                arg,
                given: TypeId::EMPTY_TUPLE,
            })
            .collect();
        let found = self.query().infer(sig.type_params, given, &pairs)?;
        Some(found.into_iter().map(|ty| self.show(ty)).collect())
    }
}

const UNTYPED_INT: TypeId = TypeId::basic(BasicKind::UntypedInt);
const UNTYPED_FLOAT: TypeId = TypeId::basic(BasicKind::UntypedFloat);

#[test]
fn instances_have_the_fields_and_methods_of_their_generic_type() {
    let mut lab = Lab::new();
    let p = lab.param("P", TypeId::EMPTY_INTERFACE);
    let list = lab.named("List", &[p]);
    let next = lab.pointer(lab.instance(list, &[p]));
    let body = lab.structure(&[("value", p), ("next", next)]);
    lab.define(list, body);
    let q = lab.param("Q", TypeId::EMPTY_INTERFACE);
    let recv = lab.pointer(lab.instance(list, &[q]));
    let sig = lab.func(&[q], &[lab.slice(q)]);
    let push = lab.method(list, "push", recv, &[q], sig);

    let ints = lab.instance(list, &[TypeId::INT]);
    assert_eq!(lab.path(ints, "value"), Some(("int".to_owned(), vec![0], false)));
    assert_eq!(lab.path(ints, "next"), Some(("*List[int]".to_owned(), vec![1], false)));
    assert_eq!(
        lab.path(lab.pointer(ints), "push"),
        Some(("func(int) []int".to_owned(), vec![0], true))
    );
    let found = lab.query().lookup(ints, lab.name("push"), lab.pkg).unwrap();
    assert!(found.pointer_receiver && found.obj == push);
    assert!(lab.query().lookup_method(ints, lab.name("push"), lab.pkg).is_none());
    assert_eq!(lab.query().method_set(ints).len(), 0);
    assert_eq!(lab.query().method_set(lab.pointer(ints)).len(), 1);
}

#[test]
fn the_shallowest_wins_and_two_of_one_depth_are_none() {
    let mut lab = Lab::new();
    let nothing = lab.func(&[], &[]);
    let deep = lab.structure(&[("x", TypeId::INT), ("deep", TypeId::INT)]);
    let deep = lab.declared("Deep", deep);
    lab.method(deep, "Run", deep, &[], nothing);
    let a = lab.structure(&[("x", TypeId::STRING), ("+Deep", lab.pointer(deep))]);
    let a = lab.declared("A", a);
    let b = lab.structure(&[("x", TypeId::BOOL), ("only", TypeId::BOOL)]);
    let b = lab.declared("B", b);
    let both = lab.structure(&[("+A", a), ("+B", b)]);
    let both = lab.declared("Both", both);
    assert_eq!(lab.path(a, "x"), Some(("string".to_owned(), vec![0], false)));
    assert_eq!(lab.path(both, "x"), None);
    assert_eq!(lab.path(both, "only"), Some(("bool".to_owned(), vec![1, 1], false)));
    assert_eq!(lab.path(both, "deep"), Some(("int".to_owned(), vec![0, 1, 1], true)));
    assert_eq!(lab.path(both, "Run"), Some(("func()".to_owned(), vec![0, 1, 0], true)));
    let methods = lab.query().method_set(both);
    assert_eq!(methods.len(), 1);
    assert_eq!(methods[0].kind, SelectionKind::Method);
}

#[test]
fn one_type_embedded_twice_at_one_depth_is_ambiguous() {
    let mut lab = Lab::new();
    let inner = lab.structure(&[("x", TypeId::INT)]);
    let inner = lab.declared("Inner", inner);
    let left = lab.structure(&[("+Inner", inner)]);
    let left = lab.declared("Left", left);
    let right = lab.structure(&[("+Inner", lab.pointer(inner))]);
    let right = lab.declared("Right", right);
    let both = lab.structure(&[("+Left", left), ("+Right", right)]);
    assert_eq!(lab.path(both, "x"), None);
    assert!(lab.path(both, "Inner").is_none());
    assert_eq!(lab.path(left, "x"), Some(("int".to_owned(), vec![0, 0], false)));
}

#[test]
fn embedding_in_circles_and_for_ever_ends() {
    let mut lab = Lab::new();
    let a = lab.named("A", &[]);
    let body = lab.structure(&[("+A", lab.pointer(a))]);
    lab.define(a, body);
    assert_eq!(lab.path(a, "missing"), None);
    // type G[P any] struct { *G[[]P]; *G[map[int]P] }
    let p = lab.param("P", TypeId::EMPTY_INTERFACE);
    let g = lab.named("G", &[p]);
    let slices = lab.pointer(lab.instance(g, &[lab.slice(p)]));
    let map = lab.world.types.intern(Type::Map {
        key: TypeId::INT,
        value: p,
    });
    let maps = lab.pointer(lab.instance(g, &[map]));
    let body = lab.structure(&[("+G", slices), ("+H", maps)]);
    lab.define(g, body);
    assert_eq!(lab.path(lab.instance(g, &[TypeId::INT]), "missing"), None);
}

#[test]
fn pointers_to_interfaces_and_declared_pointers_have_no_methods() {
    let mut lab = Lab::new();
    let nothing = lab.func(&[], &[]);
    let runner = lab.interface(&[("Run", nothing)], &[]);
    let runner = lab.declared("Runner", runner);
    assert_eq!(lab.path(runner, "Run"), Some(("func()".to_owned(), vec![0], false)));
    assert_eq!(lab.path(lab.pointer(runner), "Run"), None);
    let body = lab.structure(&[("x", TypeId::INT)]);
    let t = lab.declared("T", body);
    lab.method(t, "Run", t, &[], nothing);
    let pointer = lab.declared("Pointer", lab.pointer(t));
    assert_eq!(lab.path(pointer, "Run"), None);
    assert_eq!(lab.path(pointer, "x"), Some(("int".to_owned(), vec![0], true)));
    assert!(lab.query().method_set(pointer).is_empty());
}

#[test]
fn unexported_names_belong_to_their_package() {
    let mut lab = Lab::new();
    let body = lab.structure(&[("x", TypeId::INT), ("X", TypeId::INT)]);
    let t = lab.declared("T", body);
    let other = lab.world.register("other", None);
    let tests = lab.world.register("lab [tests]", Some(lab.pkg));
    let query = lab.query();
    assert!(query.lookup(t, lab.name("x"), other).is_none());
    assert!(query.lookup(t, lab.name("X"), other).is_some());
    assert!(query.lookup(t, lab.name("x"), tests).is_some());
}

#[test]
fn literals_of_other_places_are_identical_to_others_alike() {
    let mut lab = Lab::new();
    let a = lab.structure(&[("x", TypeId::INT)]);
    let b = lab.structure(&[("x", TypeId::INT)]);
    let c = lab.structure(&[("y", TypeId::INT)]);
    assert_ne!(a, b);
    let query = lab.query();
    assert!(query.identical(lab.slice(a), lab.slice(b)));
    assert!(!query.identical(a, c));
    let nothing = lab.func(&[], &[]);
    let x = lab.interface(&[("A", nothing), ("b", nothing)], &[]);
    let part = lab.interface(&[("b", nothing)], &[]);
    let y = lab.interface(&[("A", nothing)], &[part]);
    assert!(lab.query().identical(lab.func(&[x], &[a]), lab.func(&[y], &[b])));
    assert!(!lab.query().identical(x, part));
}

#[test]
fn generic_signatures_are_identical_whatever_their_parameters_are_called() {
    let mut lab = Lab::new();
    let number = lab.union(&[(true, TypeId::INT), (false, TypeId::STRING)]);
    let (p, q) = (lab.param("P", number), lab.param("Q", number));
    let r = lab.param("R", TypeId::EMPTY_INTERFACE);
    let f = lab.generic_func(&[p], &[lab.slice(p)], &[p]);
    let g = lab.generic_func(&[q], &[lab.slice(q)], &[q]);
    let h = lab.generic_func(&[r], &[lab.slice(r)], &[r]);
    assert!(lab.query().identical(f, g));
    assert!(!lab.query().identical(f, h));
}

#[test]
fn type_sets_intersect_what_is_embedded() {
    let mut lab = Lab::new();
    let celsius = lab.declared("Celsius", TypeId::INT);
    let a = lab.union(&[(true, TypeId::INT), (true, TypeId::STRING)]);
    let b = lab.union(&[(false, celsius), (false, TypeId::BOOL)]);
    let both = lab.interface(&[], &[a, b]);
    let set = lab.query().type_set(both);
    assert_eq!(
        set.terms,
        Some(vec![Term {
            tilde: false,
            ty: celsius
        }])
    );
    let comparable = lab.world.types.intern(Type::Named {
        decl: lab.world.universe().comparable,
        args: TypeId::EMPTY_TUPLE,
    });
    let it = lab.interface(&[], &[comparable]);
    assert!(lab.query().type_set(it).comparable);
    let p = lab.param("P", comparable);
    assert!(lab.query().is_comparable(p));
    let q = lab.param("Q", TypeId::EMPTY_INTERFACE);
    assert!(!lab.query().is_comparable(q));
    assert!(lab.query().implements(celsius, a));
    assert!(!lab.query().implements(TypeId::BOOL, a));
    assert!(!lab.query().implements(lab.slice(TypeId::INT), comparable));
}

#[test]
fn interfaces_that_embed_each_other_end() {
    let mut lab = Lab::new();
    let (a, b) = (lab.named("A", &[]), lab.named("B", &[]));
    let nothing = lab.func(&[], &[]);
    let x = lab.interface(&[("a", nothing)], &[b, b]);
    let y = lab.interface(&[("b", nothing)], &[a, a]);
    lab.define(a, x);
    lab.define(b, y);
    assert!(!lab.query().type_set(a).methods.is_empty());
    // Terms that speak of the interface itself.
    let c = lab.named("C", &[]);
    let inner = lab.interface(&[("m", nothing)], &[c]);
    let other = lab.interface(&[("n", nothing)], &[c]);
    let first = lab.structure(&[("x", inner)]);
    let second = lab.structure(&[("x", other)]);
    let it = lab.interface(&[], &[first, second]);
    lab.define(c, it);
    assert!(lab.query().type_set(c).terms.is_some());
}

#[test]
fn core_types() {
    let mut lab = Lab::new();
    let bytes = lab.slice(TypeId::BYTE);
    let text = lab.union(&[(true, bytes), (true, TypeId::STRING)]);
    let text = lab.param("Text", text);
    assert_eq!(lab.query().core_type(text), None);
    assert_eq!(lab.query().core_string(text), Some(TypeId::STRING));
    let (both, send, recv) = (
        lab.chan(ChanDir::Both, TypeId::INT),
        lab.chan(ChanDir::Send, TypeId::INT),
        lab.chan(ChanDir::Recv, TypeId::INT),
    );
    let sends = lab.union(&[(false, both), (false, send)]);
    let sends = lab.param("Sends", sends);
    assert_eq!(lab.query().core_type(sends), Some(send));
    let mixed = lab.union(&[(false, recv), (false, send)]);
    let mixed = lab.param("Mixed", mixed);
    assert_eq!(lab.query().core_type(mixed), None);
    assert_eq!(lab.query().core_type(TypeId::INT), Some(TypeId::INT));
}

#[test]
fn what_can_be_assigned() {
    let mut lab = Lab::new();
    let named = lab.declared("Ints", lab.slice(TypeId::INT));
    let other = lab.declared("Others", lab.slice(TypeId::INT));
    let pointer = lab.declared("Pointer", lab.pointer(named));
    let (both, recv) = (
        lab.chan(ChanDir::Both, TypeId::INT),
        lab.chan(ChanDir::Recv, TypeId::INT),
    );
    let query = lab.query();
    assert!(query.is_assignable(named, lab.slice(TypeId::INT)));
    assert!(!query.is_assignable(named, other));
    assert!(query.is_convertible(named, other));
    assert!(query.is_assignable(both, recv));
    assert!(!query.is_assignable(recv, both));
    assert!(query.is_assignable(TypeId::UNTYPED_NIL, named));
    assert!(!query.is_assignable(TypeId::UNTYPED_NIL, TypeId::INT));
    assert!(query.is_assignable(UNTYPED_FLOAT, TypeId::INT));
    assert!(!query.is_assignable(UNTYPED_FLOAT, TypeId::STRING));
    assert!(query.is_assignable(TypeId::UNKNOWN, TypeId::STRING));
    assert!(!query.is_convertible(TypeId::STRING, TypeId::INT));
    assert!(query.is_convertible(lab.pointer(named), lab.pointer(other)));
    assert!(!query.is_convertible(pointer, lab.pointer(other)));
    assert!(query.is_convertible(TypeId::STRING, lab.slice(TypeId::BYTE)));
    let nothing = lab.func(&[], &[]);
    let runner = lab.interface(&[("Run", nothing)], &[]);
    let t = lab.declared("T", TypeId::INT);
    let recv = lab.pointer(t);
    lab.method(t, "Run", recv, &[], nothing);
    assert!(lab.query().is_assignable(recv, runner));
    assert!(!lab.query().is_assignable(t, runner));
    assert!(lab.query().is_assignable(t, TypeId::EMPTY_INTERFACE));
}

#[test]
fn arguments_determine_type_arguments() {
    let mut lab = Lab::new();
    let any = TypeId::EMPTY_INTERFACE;
    let (k, v) = (lab.param("K", any), lab.param("V", any));
    let map = lab.world.types.intern(Type::Map { key: k, value: v });
    let keys = lab.generic_func(&[k, v], &[map], &[lab.slice(k)]);
    let table = lab.world.types.intern(Type::Map {
        key: TypeId::STRING,
        value: TypeId::INT,
    });
    let named = lab.declared("Table", table);
    let expected = Some(vec!["string".to_owned(), "int".to_owned()]);
    assert_eq!(lab.infer(keys, &[], &[table]), expected);
    assert_eq!(lab.infer(keys, &[], &[named]), expected);
    assert_eq!(lab.infer(keys, &[], &[TypeId::INT]), None);
    assert_eq!(lab.infer(keys, &[TypeId::STRING], &[named]), expected);
}

#[test]
fn untyped_constants_come_last_and_the_greatest_kind_wins() {
    let mut lab = Lab::new();
    let t = lab.param("T", TypeId::EMPTY_INTERFACE);
    let max = lab.generic_func(&[t], &[t, t], &[t]);
    assert_eq!(
        lab.infer(max, &[], &[UNTYPED_INT, UNTYPED_FLOAT]),
        Some(vec!["float64".to_owned()])
    );
    assert_eq!(
        lab.infer(max, &[], &[UNTYPED_INT, TypeId::BYTE]),
        Some(vec!["uint8".to_owned()])
    );
    assert_eq!(lab.infer(max, &[], &[TypeId::UNTYPED_NIL, TypeId::UNTYPED_NIL]), None);
}

#[test]
fn constraints_determine_type_arguments() {
    let mut lab = Lab::new();
    let any = TypeId::EMPTY_INTERFACE;
    // func sort[S ~[]E, E any](s S)
    let (s, e) = (lab.param("S", any), lab.param("E", any));
    let constraint = lab.union(&[(true, lab.slice(e))]);
    lab.constrain(s, constraint);
    let sort = lab.generic_func(&[s, e], &[s], &[]);
    let names = lab.declared("Names", lab.slice(TypeId::STRING));
    assert_eq!(
        lab.infer(sort, &[], &[names]),
        Some(vec!["Names".to_owned(), "string".to_owned()])
    );
    // func decode[T any, P interface{ *T; Decode() }]() T
    let (t, p) = (lab.param("T", any), lab.param("P", any));
    let nothing = lab.func(&[], &[]);
    let constraint = lab.interface(&[("Decode", nothing)], &[lab.pointer(t)]);
    lab.constrain(p, constraint);
    let decode = lab.generic_func(&[t, p], &[], &[t]);
    assert_eq!(
        lab.infer(decode, &[TypeId::INT], &[]),
        Some(vec!["int".to_owned(), "*int".to_owned()])
    );
    assert_eq!(lab.infer(decode, &[], &[]), None);
}

#[test]
fn a_call_in_its_own_body_has_other_type_parameters() {
    let mut lab = Lab::new();
    let any = TypeId::EMPTY_INTERFACE;
    let (s, e) = (lab.param("S", any), lab.param("E", any));
    let constraint = lab.union(&[(true, lab.slice(e))]);
    lab.constrain(s, constraint);
    let f = lab.generic_func(&[s, e], &[s, e], &[]);
    assert_eq!(lab.infer(f, &[], &[s, e]), Some(vec!["S".to_owned(), "E".to_owned()]));
    let nested = lab.slice(lab.slice(e));
    assert_eq!(
        lab.infer(f, &[], &[nested, lab.slice(e)]),
        Some(vec!["[][]E".to_owned(), "[]E".to_owned()])
    );
}

#[test]
fn generic_functions_are_arguments() {
    let mut lab = Lab::new();
    let any = TypeId::EMPTY_INTERFACE;
    // func apply[A, B any]([]A, func(A) B) B   with   func id[T any](T) T
    let (a, b) = (lab.param("A", any), lab.param("B", any));
    let apply = lab.generic_func(&[a, b], &[lab.slice(a), lab.func(&[a], &[b])], &[b]);
    let t = lab.param("T", any);
    let id = lab.generic_func(&[t], &[t], &[t]);
    assert_eq!(
        lab.infer(apply, &[], &[lab.slice(TypeId::INT), id]),
        Some(vec!["int".to_owned(), "int".to_owned(), "int".to_owned()])
    );
}

#[test]
fn the_more_general_of_two_arguments_is_inferred() {
    let mut lab = Lab::new();
    let t = lab.param("T", TypeId::EMPTY_INTERFACE);
    let f = lab.generic_func(&[t], &[t, t], &[]);
    let nothing = lab.func(&[], &[]);
    let runner = lab.interface(&[("Run", nothing)], &[]);
    let runner = lab.declared("Runner", runner);
    let job = lab.declared("Job", TypeId::INT);
    lab.method(job, "Run", job, &[], nothing);
    for args in [[runner, job], [job, runner]] {
        assert_eq!(lab.infer(f, &[], &args), Some(vec!["Runner".to_owned()]));
    }
    let (both, recv) = (
        lab.chan(ChanDir::Both, TypeId::INT),
        lab.chan(ChanDir::Recv, TypeId::INT),
    );
    assert_eq!(lab.infer(f, &[], &[both, recv]), Some(vec!["<-chan int".to_owned()]));
    let ints = lab.declared("Ints", lab.slice(TypeId::INT));
    for args in [[ints, lab.slice(TypeId::INT)], [lab.slice(TypeId::INT), ints]] {
        assert_eq!(lab.infer(f, &[], &args), Some(vec!["Ints".to_owned()]));
    }
}

#[test]
fn methods_of_generic_interfaces_determine_type_arguments() {
    let mut lab = Lab::new();
    // type Getter[T any] interface { Get() T };  func read[T any](Getter[T]) T
    let p = lab.param("P", TypeId::EMPTY_INTERFACE);
    let getter = lab.named("Getter", &[p]);
    let sig = lab.func(&[], &[p]);
    let body = lab.interface(&[("Get", sig)], &[]);
    lab.define(getter, body);
    let t = lab.param("T", TypeId::EMPTY_INTERFACE);
    let read = lab.generic_func(&[t], &[lab.instance(getter, &[t])], &[t]);
    let cell = lab.declared("Cell", TypeId::INT);
    let sig = lab.func(&[], &[TypeId::STRING]);
    lab.method(cell, "Get", cell, &[], sig);
    assert_eq!(lab.infer(read, &[], &[cell]), Some(vec!["string".to_owned()]));
    let ints = lab.instance(getter, &[TypeId::INT]);
    assert_eq!(lab.infer(read, &[], &[ints]), Some(vec!["int".to_owned()]));
}

#[test]
fn values_that_hold_themselves_are_none() {
    let mut lab = Lab::new();
    let any = TypeId::EMPTY_INTERFACE;
    let (a, b) = (lab.param("A", any), lab.param("B", any));
    let left = lab.union(&[(false, lab.slice(b))]);
    let right = lab.union(&[(false, lab.slice(a))]);
    lab.constrain(a, left);
    lab.constrain(b, right);
    let f = lab.generic_func(&[a, b], &[], &[]);
    assert_eq!(lab.infer(f, &[], &[]), None);
}

/// Types each of which holds the one before twice: as many paths as 2 to the power of their number.
fn doubled(lab: &mut Lab, bottom: TypeId, mut twice: impl FnMut(&mut Lab, TypeId) -> TypeId) -> TypeId {
    (0..90).fold(bottom, |ty, _| twice(lab, ty))
}

#[test]
fn types_that_share_parts_are_cheap() {
    let mut lab = Lab::new();
    let p = lab.param("P", TypeId::EMPTY_INTERFACE);
    let pair = lab.named("Pair", &[p]);
    let body = lab.structure(&[("a", p), ("b", p)]);
    lab.define(pair, body);

    let structs = |lab: &mut Lab, ty| lab.structure(&[("a", ty), ("b", ty)]);
    let (a, b) = (
        doubled(&mut lab, TypeId::INT, structs),
        doubled(&mut lab, TypeId::INT, structs),
    );
    assert!(lab.query().identical(a, b));
    assert!(lab.query().is_comparable(a));
    let open = doubled(&mut lab, p, structs);
    let params = lab.tuple(&[p]);
    let strings = lab.tuple(&[TypeId::STRING]);
    assert!(!lab.query().identical(lab.query().substitute(open, params, strings), a));

    let funcs = |lab: &mut Lab, ty| lab.func(&[ty, ty], &[ty]);
    let (bottom, other) = (
        lab.structure(&[("x", TypeId::INT)]),
        lab.structure(&[("x", TypeId::INT)]),
    );
    let (a, b) = (doubled(&mut lab, bottom, funcs), doubled(&mut lab, other, funcs));
    assert!(a != b && lab.query().identical(a, b));
    assert!(lab.show(a).len() < 1_000_000);

    let named = |lab: &mut Lab, ty| {
        let body = lab.structure(&[("a", ty), ("b", ty)]);
        lab.declared("N", body)
    };
    let empty = doubled(&mut lab, TypeId::EMPTY_STRUCT, named);
    let full = doubled(&mut lab, TypeId::INT, named);
    let query = lab.query();
    assert_eq!(crate::sizes::Sizes::new(&query, 8).size(empty), Some(0));
    assert_eq!(crate::sizes::Sizes::new(&query, 8).size(full), None);
    assert!(query.is_comparable(full));
    assert_eq!(lab.path(full, "missing"), None);
}
