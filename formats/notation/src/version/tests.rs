use super::*;

/// The specification's own examples, each list from the oldest to the newest.
#[test]
fn the_order_is_that_of_the_specification() {
    let lists: [&[&str]; 5] = [
        &[
            "122.1",
            "123~rc1-1",
            "123",
            "123-a",
            "123-a.1",
            "123-1",
            "123-1.1",
            "123^post1",
            "123.a-1",
            "123.1-1",
            "123a-1",
            "124-1",
        ],
        &["0_~", "0", "0.a", "0.1"],
        &["1.0~rc1", "1.0", "1.0.1", "1.0.10", "1.1", "2"],
        &["a", "b", "1"],
        &["1.9", "1.10", "1.010.1"],
    ];
    for list in lists {
        for (i, left) in list.iter().enumerate() {
            for (j, right) in list.iter().enumerate() {
                assert_eq!(compare(left, right), i.cmp(&j), "{left} and {right}");
            }
        }
    }
    assert_eq!(compare("1.01", "1.1"), Ordering::Equal);
    assert_eq!(compare("1_1", "11"), Ordering::Less);
}

proptest::proptest! {
    #[test]
    fn it_is_an_order(a in "[0-9a-b.~^_-]{0,6}", b in "[0-9a-b.~^_-]{0,6}") {
        proptest::prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        proptest::prop_assert_eq!(compare(&a, &a), Ordering::Equal);
    }
}
