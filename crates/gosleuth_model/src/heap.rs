//! The objects of a state.

use std::ops::Index;
use std::rc::Rc;

use crate::node::Node;
use crate::shared::Numbers;
use crate::state::Obj;
use crate::value::ObjId;

/// Objects by their numbers. Those that were there when a function began are the same in all its states but for the few that changed, so that
/// only these and the new ones are copied and compared with a state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heap {
    base: Rc<Base>,
    /// Objects of the base that are not what they were, in order.
    changed: Vec<(ObjId, Rc<Node<Obj>>)>,
    new: Vec<Rc<Node<Obj>>>,
}

/// What the states of a search have in common.
#[derive(Debug, Default)]
pub(crate) struct Base {
    objects: Vec<Rc<Node<Obj>>>,
    /// The objects of the base that code outside could use then.
    pub(crate) shared: Numbers,
    /// The last symbol that was there then.
    pub(crate) last_symbol: u32,
}

impl Heap {
    /// Makes all that is here the base of the states to come.
    pub(crate) fn freeze(&mut self, shared: Numbers, last_symbol: u32) {
        self.base = Rc::new(Base {
            objects: self.iter().cloned().collect(),
            shared,
            last_symbol,
        });
        self.changed.clear();
        self.new.clear();
    }

    /// What the states of a search have in common.
    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// The number of objects of the base, which come first.
    pub(crate) fn old(&self) -> usize {
        self.base.objects.len()
    }

    /// The objects of the base that changed.
    pub(crate) fn changed(&self) -> impl Iterator<Item = ObjId> + '_ {
        self.changed.iter().map(|&(obj, _)| obj)
    }

    pub(crate) fn len(&self) -> usize {
        self.old() + self.new.len()
    }

    pub(crate) fn push(&mut self, obj: Obj) -> ObjId {
        self.new.push(Node::shared(obj));
        (self.len() - 1) as ObjId
    }

    /// An object, to be changed.
    pub(crate) fn edit(&mut self, obj: ObjId) -> &mut Obj {
        let place = obj as usize;
        if let Some(new) = place.checked_sub(self.old()) {
            return Node::edit(&mut self.new[new]);
        }
        let at = match self.changed.binary_search_by_key(&obj, |&(known, _)| known) {
            Ok(at) => at,
            Err(at) => {
                self.changed.insert(at, (obj, self.base.objects[place].clone()));
                at
            }
        };
        Node::edit(&mut self.changed[at].1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rc<Node<Obj>>> {
        (0..self.len()).map(|place| &self[place])
    }
}

impl Index<usize> for Heap {
    type Output = Rc<Node<Obj>>;

    fn index(&self, place: usize) -> &Rc<Node<Obj>> {
        if let Some(new) = place.checked_sub(self.old()) {
            return &self.new[new];
        }
        match self
            .changed
            .binary_search_by_key(&(place as ObjId), |&(known, _)| known)
        {
            Ok(at) => &self.changed[at].1,
            Err(_) => &self.base.objects[place],
        }
    }
}
