//! Parts of a state that states share.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;

use crate::hash::Shape;

/// A part of a state with its digest, which is worked out when it is first asked for and forgotten when the part changes.
#[derive(Debug)]
pub(crate) struct Node<T> {
    item: T,
    shape: OnceCell<Shape>,
}

impl<T: Clone> Clone for Node<T> {
    /// A copy is made to be changed: it has no digest yet.
    fn clone(&self) -> Self {
        Self {
            item: self.item.clone(),
            shape: OnceCell::new(),
        }
    }
}

impl<T> Node<T> {
    /// A part that states can share.
    pub(crate) fn shared(item: T) -> Rc<Self> {
        Rc::new(Self {
            item,
            shape: OnceCell::new(),
        })
    }

    /// The part for changes, which other states do not see.
    pub(crate) fn edit(node: &mut Rc<Self>) -> &mut T
    where
        T: Clone,
    {
        let node = Rc::make_mut(node);
        node.shape.take();
        &mut node.item
    }

    /// The digest of the part.
    pub(crate) fn shape(&self, of: impl FnOnce(&T) -> Shape) -> &Shape {
        self.shape.get_or_init(|| of(&self.item))
    }
}

impl<T> Deref for Node<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.item
    }
}
