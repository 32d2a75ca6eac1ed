use super::*;

#[test]
fn gpt_swaps_the_first_three_fields() {
    let uuid: Uuid = "00112233-4455-6677-8899-aabbccddeeff".parse().unwrap();
    assert_eq!(uuid.to_gpt()[..8], [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66]);
    assert_eq!(Uuid::from_gpt(uuid.to_gpt()), uuid);
    assert_eq!(uuid.to_string().parse(), Ok(uuid));
}

#[test]
fn other_text_is_refused() {
    for text in ["", "0011", "00112233-4455-6677-8899-aabbccddeef", "0011223g-4455-6677-8899-aabbccddeeff"] {
        assert!(text.parse::<Uuid>().is_err(), "{text}");
    }
    assert!("00112233445566778899aabbccddeeff".parse::<Uuid>().is_err());
}
