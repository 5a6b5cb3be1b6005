//! What go/types knows of one package, as the Go program writes it (`xtask/go/typesdump/write.go` describes the form).

use std::io::Read;

use anyhow::{Context as _, Result, ensure};

/// Place of a text in the table of its frame.
pub(super) type TextId = u32;

/// One package.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) path: TextId,
    pub(super) errors: Vec<TextId>,
    pub(super) files: Vec<FrameFile>,
    pub(super) texts: Vec<String>,
}

/// One file of it.
#[derive(Debug, Default)]
pub(super) struct FrameFile {
    pub(super) path: TextId,
    pub(super) idents: Vec<FrameIdent>,
    pub(super) exprs: Vec<FrameExpr>,
    pub(super) selections: Vec<FrameSelection>,
    pub(super) instances: Vec<FrameInstance>,
    pub(super) clauses: Vec<(u32, TextId)>,
}

/// An identifier and the object it declares or uses.
#[derive(Debug)]
pub(super) struct FrameIdent {
    pub(super) offset: u32,
    pub(super) definition: bool,
    pub(super) object: TextId,
}

/// An expression, its mode and its type.
#[derive(Debug)]
pub(super) struct FrameExpr {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: u8,
    pub(super) mode: u8,
    pub(super) ty: TextId,
    /// Of constants.
    pub(super) value: Option<TextId>,
}

/// The mode of constants.
pub(super) const CONSTANT: u8 = 4;

/// A selector that is not a qualified identifier.
#[derive(Debug)]
pub(super) struct FrameSelection {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: u8,
    pub(super) indirect: bool,
    pub(super) object: TextId,
    pub(super) path: Vec<u32>,
}

/// An identifier of something generic that is instantiated.
#[derive(Debug)]
pub(super) struct FrameInstance {
    pub(super) offset: u32,
    pub(super) args: TextId,
    pub(super) ty: TextId,
}

impl Frame {
    /// The next frame of a stream; none at its end.
    pub(super) fn read(input: &mut impl Read) -> Result<Option<Self>> {
        let mut length = [0; 8];
        match input.read(&mut length[..1])? {
            0 => return Ok(None),
            _ => input.read_exact(&mut length[1..])?,
        }
        let length = usize::try_from(u64::from_le_bytes(length))?;
        let mut bytes = vec![0; length];
        input.read_exact(&mut bytes).context("a frame is cut")?;
        let mut reader = Reader { bytes: &bytes };
        let mut frame = Self {
            path: reader.u32()?,
            errors: reader.list(Reader::u32)?,
            files: reader.list(Reader::file)?,
            texts: Vec::new(),
        };
        frame.texts = reader.list(Reader::text)?;
        ensure!(reader.bytes.is_empty(), "a frame is longer than its parts");
        Ok(Some(frame))
    }

    /// A text of the table.
    pub(super) fn text(&self, id: TextId) -> &str {
        self.texts.get(id as usize).map_or("", |text| text)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn u8(&mut self) -> Result<u8> {
        let (&first, rest) = self.bytes.split_first().context("a frame is cut")?;
        self.bytes = rest;
        Ok(first)
    }

    fn u32(&mut self) -> Result<u32> {
        let (first, rest) = self.bytes.split_first_chunk().context("a frame is cut")?;
        self.bytes = rest;
        Ok(u32::from_le_bytes(*first))
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.u32()?;
        (0..count).map(|_| item(self)).collect()
    }

    fn text(&mut self) -> Result<String> {
        let length = self.u32()? as usize;
        let (text, rest) = self.bytes.split_at_checked(length).context("a frame is cut")?;
        self.bytes = rest;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    fn file(&mut self) -> Result<FrameFile> {
        Ok(FrameFile {
            path: self.u32()?,
            idents: self.list(|r| {
                Ok(FrameIdent {
                    offset: r.u32()?,
                    definition: r.u8()? != 0,
                    object: r.u32()?,
                })
            })?,
            exprs: self.list(|r| {
                let (start, end, kind, mode, ty) = (r.u32()?, r.u32()?, r.u8()?, r.u8()?, r.u32()?);
                let value = if mode == CONSTANT { Some(r.u32()?) } else { None };
                Ok(FrameExpr {
                    start,
                    end,
                    kind,
                    mode,
                    ty,
                    value,
                })
            })?,
            selections: self.list(|r| {
                let (start, end, bits) = (r.u32()?, r.u32()?, r.u8()?);
                Ok(FrameSelection {
                    start,
                    end,
                    kind: bits & 0x7f,
                    indirect: bits & 0x80 != 0,
                    object: r.u32()?,
                    path: r.list(Reader::u32)?,
                })
            })?,
            instances: self.list(|r| {
                Ok(FrameInstance {
                    offset: r.u32()?,
                    args: r.u32()?,
                    ty: r.u32()?,
                })
            })?,
            clauses: self.list(|r| Ok((r.u32()?, r.u32()?)))?,
        })
    }
}
