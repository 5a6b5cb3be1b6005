//! The predeclared identifiers and the package `unsafe`.

use crate::constant::ConstValue;
use crate::names::Name;
use crate::object::{Builtin, NamedInfo, NamedRef, ObjKind, ObjRef, Object, PackageTables, PackageTypes, PkgId, Pos};
use crate::types::{BasicKind, InterfaceType, Method, Signature, Type, TypeId};
use crate::world::World;

/// Predeclared things that the checker asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Universe {
    /// The interface `comparable`.
    pub(crate) comparable: NamedRef,
    /// The constant `iota`.
    pub(crate) iota: ObjRef,
}

impl Default for Universe {
    fn default() -> Self {
        let nowhere = PkgId::universe();
        Self {
            comparable: NamedRef { pkg: nowhere, index: 1 },
            iota: ObjRef { pkg: nowhere, index: 0 },
        }
    }
}

const TYPES: [BasicKind; 17] = [
    BasicKind::Bool,
    BasicKind::Int,
    BasicKind::Int8,
    BasicKind::Int16,
    BasicKind::Int32,
    BasicKind::Int64,
    BasicKind::Uint,
    BasicKind::Uint8,
    BasicKind::Uint16,
    BasicKind::Uint32,
    BasicKind::Uint64,
    BasicKind::Uintptr,
    BasicKind::Float32,
    BasicKind::Float64,
    BasicKind::Complex64,
    BasicKind::Complex128,
    BasicKind::String,
];

const BUILTINS: [(&str, Builtin); 18] = [
    ("append", Builtin::Append),
    ("cap", Builtin::Cap),
    ("clear", Builtin::Clear),
    ("close", Builtin::Close),
    ("complex", Builtin::Complex),
    ("copy", Builtin::Copy),
    ("delete", Builtin::Delete),
    ("imag", Builtin::Imag),
    ("len", Builtin::Len),
    ("make", Builtin::Make),
    ("max", Builtin::Max),
    ("min", Builtin::Min),
    ("new", Builtin::New),
    ("panic", Builtin::Panic),
    ("print", Builtin::Print),
    ("println", Builtin::Println),
    ("real", Builtin::Real),
    ("recover", Builtin::Recover),
];

const UNSAFE: [(&str, Builtin); 8] = [
    ("Add", Builtin::Add),
    ("Alignof", Builtin::Alignof),
    ("Offsetof", Builtin::Offsetof),
    ("Sizeof", Builtin::Sizeof),
    ("Slice", Builtin::Slice),
    ("SliceData", Builtin::SliceData),
    ("String", Builtin::String),
    ("StringData", Builtin::StringData),
];

fn type_name(ty: TypeId, alias: bool) -> (Option<TypeId>, ObjKind) {
    let kind = ObjKind::Type {
        alias,
        type_params: TypeId::EMPTY_TUPLE,
    };
    (Some(ty), kind)
}

fn declare(tables: &mut PackageTables, pkg: PkgId, name: Name, (ty, kind): (Option<TypeId>, ObjKind)) -> ObjRef {
    let index = u32::try_from(tables.objects.len()).unwrap_or(u32::MAX);
    tables.objects.push(Object {
        name,
        pos: Pos::NONE,
        ty,
        kind,
    });
    if !name.is_blank() {
        tables.scope.insert(name, index);
    }
    ObjRef { pkg, index }
}

/// Registers and finishes the packages [`PkgId::universe`] and [`PkgId::unsafe_`].
pub(crate) fn install(world: &World) -> Universe {
    let pkg = world.register("", None);
    let mut tables = PackageTables::default();
    for kind in TYPES {
        declare(
            &mut tables,
            pkg,
            world.name(kind.name()),
            type_name(TypeId::basic(kind), false),
        );
    }
    declare(&mut tables, pkg, world.name("byte"), type_name(TypeId::BYTE, true));
    declare(&mut tables, pkg, world.name("rune"), type_name(TypeId::RUNE, true));
    declare(
        &mut tables,
        pkg,
        world.name("any"),
        type_name(TypeId::EMPTY_INTERFACE, true),
    );
    for (name, value) in [("true", true), ("false", false)] {
        let kind = ObjKind::Const(ConstValue::Bool(value));
        declare(&mut tables, pkg, world.name(name), (Some(TypeId::UNTYPED_BOOL), kind));
    }
    let kind = ObjKind::Const(ConstValue::Int(0));
    let untyped_int = TypeId::basic(BasicKind::UntypedInt);
    let iota = declare(&mut tables, pkg, world.name("iota"), (Some(untyped_int), kind));
    declare(
        &mut tables,
        pkg,
        world.name("nil"),
        (Some(TypeId::UNTYPED_NIL), ObjKind::Nil),
    );
    for (name, builtin) in BUILTINS {
        declare(
            &mut tables,
            pkg,
            world.name(name),
            (Some(TypeId::UNKNOWN), ObjKind::Builtin(builtin)),
        );
    }

    // type error interface { Error() string }
    let error = named(world, &mut tables, pkg, "error");
    let sig = world.types.intern(Type::Func(Signature {
        params: TypeId::EMPTY_TUPLE,
        results: world.types.tuple(vec![TypeId::STRING]),
        variadic: false,
        type_params: TypeId::EMPTY_TUPLE,
    }));
    let method_name = world.name("Error");
    let index = u32::try_from(tables.objects.len()).unwrap_or(u32::MAX);
    tables.objects.push(Object {
        name: method_name,
        pos: Pos::NONE,
        ty: Some(sig),
        kind: ObjKind::Func {
            recv: Some(error),
            recv_params: TypeId::EMPTY_TUPLE,
        },
    });
    let method = Method {
        name: method_name,
        sig,
        obj: ObjRef { pkg, index },
    };
    tables.nameds[0].underlying = Some(world.types.intern(Type::Interface(InterfaceType {
        methods: vec![method],
        embeds: Vec::new(),
        implicit: false,
    })));
    // `comparable` is an interface that no text can write: its type set is made by the query that knows its declaration.
    named(world, &mut tables, pkg, "comparable");
    tables.nameds[1].underlying = Some(TypeId::EMPTY_INTERFACE);
    world.finish(
        pkg,
        PackageTypes {
            tables,
            ..PackageTypes::default()
        },
    );

    let unsafe_ = world.register("unsafe", None);
    let mut tables = PackageTables::default();
    let pointer = TypeId::basic(BasicKind::UnsafePointer);
    declare(&mut tables, unsafe_, world.name("Pointer"), type_name(pointer, false));
    for (name, builtin) in UNSAFE {
        declare(
            &mut tables,
            unsafe_,
            world.name(name),
            (Some(TypeId::UNKNOWN), ObjKind::Builtin(builtin)),
        );
    }
    world.finish(
        unsafe_,
        PackageTypes {
            name: Some(world.name("unsafe")),
            tables,
            ..PackageTypes::default()
        },
    );
    Universe {
        comparable: NamedRef { pkg, index: 1 },
        iota,
    }
}

fn named(world: &World, tables: &mut PackageTables, pkg: PkgId, name: &str) -> TypeId {
    let decl = NamedRef {
        pkg,
        index: u32::try_from(tables.nameds.len()).unwrap_or(u32::MAX),
    };
    let ty = world.types.intern(Type::Named {
        decl,
        args: TypeId::EMPTY_TUPLE,
    });
    let obj = declare(tables, pkg, world.name(name), type_name(ty, false));
    tables.nameds.push(NamedInfo {
        obj,
        ty,
        type_params: TypeId::EMPTY_TUPLE,
        underlying: None,
        methods: Vec::new(),
    });
    ty
}
