use super::*;

#[test]
fn an_object_is_read_back() {
    for kind in Kind::ALL {
        let object = Object::new(kind, &Digest::of(kind.name().as_bytes()));
        assert_eq!(Object::parse(&object.to_string()), Some(object));
    }
    for text in ["", "tree", "tree abc", "bush 00", "tree  "] {
        assert_eq!(Object::parse(text), None, "{text:?}");
    }
}
