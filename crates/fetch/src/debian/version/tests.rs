use proptest::prelude::*;

use super::*;

#[test]
fn versions_have_the_documented_order() {
    // Each line rises; equal ones stand in the next test.
    for line in [
        "1.0~~ 1.0~~a 1.0~ 1.0 1.0a 1.0+ 1.0.1",
        "1.2 1.10 2",
        "0.9 1:0.1 1:0.2 10:0",
        "1.0-1 1.0-1+b1 1.0-1.1 1.0-2 1.0-10",
        "2.0~rc1-1 2.0-1~bpo12+1 2.0-1",
        "1.0~rc1 1.0 1.0+dfsg 1.0.0",
        "9999999999999999999998 9999999999999999999999",
        "1-1-1 1-1-2 1-2-1",
        "5.40.1-6 5.40.1-6+b1 5.41",
        "0 0a 0+ 0.1",
    ] {
        let versions: Vec<&str> = line.split(' ').collect();
        for (at, low) in versions.iter().enumerate() {
            for high in &versions[at + 1..] {
                assert_eq!(compare(low, high), Ordering::Less, "{low} < {high}");
                assert_eq!(compare(high, low), Ordering::Greater, "{high} > {low}");
            }
        }
    }
}

#[test]
fn different_texts_can_be_the_same_version() {
    for (a, b) in [("1.0", "1.0-0"), ("0:1.0", "1.0"), ("1.01", "1.1"), ("1.0-", "1.0-0"), ("", "0")] {
        assert_eq!(compare(a, b), Ordering::Equal, "{a} = {b}");
    }
}

proptest! {
    #[test]
    fn the_order_is_total(a in "\\PC{0,12}", b in "[0-9a-c.~+:-]{0,8}", c in "[0-9a-c.~+:-]{0,8}") {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert_eq!(compare(&a, &a), Ordering::Equal);
        let mut sorted = [a.as_str(), b.as_str(), c.as_str()];
        sorted.sort_by(|a, b| compare(a, b));
        prop_assert_ne!(compare(sorted[0], sorted[2]), Ordering::Greater);
    }
}
