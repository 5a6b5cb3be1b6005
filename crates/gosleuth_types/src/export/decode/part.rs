//! Facts about a package, read.

use super::{Decoder, built_in, paths};
use crate::constant::ConstValue;
use crate::export::PREDECLARED;
use crate::export::bytes::Reader;
use crate::object::{ObjRef, PkgId};
use crate::types::TypeId;
use crate::world::World;

/// Reads what a [`PartWriter`](crate::export::PartWriter) wrote. `None` is what does not fit.
pub struct PartReader<'w, 'b> {
    decoder: Decoder<'w, 'b>,
}

impl<'w, 'b> PartReader<'w, 'b> {
    /// Begins to read facts about a finished package; those that it imports are finished too. `resolve` gives the packages that the facts
    /// mention; what it does not know is unknown.
    pub fn new(world: &'w World, pkg: PkgId, bytes: &'b [u8], resolve: impl Fn(&str) -> Option<PkgId>) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let mut packages = vec![Some(pkg)];
        let paths = paths(&mut reader)?;
        packages.extend(paths.into_iter().map(|path| built_in(path).or_else(|| resolve(path))));
        let names = reader.list(|reader| Some(world.name(std::str::from_utf8(reader.blob()?).ok()?)))?;
        let tables = &world.package(pkg).tables;
        let mut decoder = Decoder {
            world,
            pkg,
            reader,
            packages,
            names,
            lengths: [tables.objects.len(), tables.nameds.len(), tables.type_params.len()],
            types: (0..PREDECLARED)
                .map(|index| TypeId::predeclared(index as u32))
                .collect(),
            positions: false,
        };
        for _ in 0..decoder.reader.count()? {
            let ty = decoder.record()?;
            decoder.types.push(ty);
        }
        Some(Self { decoder })
    }

    /// A number.
    pub fn number(&mut self) -> Option<u64> {
        self.decoder.reader.number()
    }

    /// A number that fits.
    pub fn index(&mut self) -> Option<u32> {
        self.decoder.reader.index()
    }

    /// Bytes.
    pub fn blob(&mut self) -> Option<&'b [u8]> {
        self.decoder.reader.blob()
    }

    /// A list, each item of which takes a byte or more.
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.decoder.reader.count()?;
        (0..count).map(|_| item(self)).collect()
    }

    /// A constant.
    pub fn constant(&mut self) -> Option<ConstValue> {
        self.decoder.constant(true)
    }

    /// A type.
    pub fn ty(&mut self) -> Option<TypeId> {
        self.decoder.ty()
    }

    /// An object; none of which nothing is known.
    pub fn object(&mut self) -> Option<Option<ObjRef>> {
        let Some(number) = self.decoder.reader.index()?.checked_sub(1) else {
            return Some(None);
        };
        let pkg = *self.decoder.packages.get(number as usize)?;
        let index = self.decoder.reader.index()?;
        Some(pkg.map(|pkg| ObjRef { pkg, index }))
    }

    /// Whether everything was read.
    pub fn is_at_end(&self) -> bool {
        self.decoder.reader.remaining() == 0
    }
}
