use super::*;

fn works() -> Result<Probe, TestbedError> {
    Ok(Probe::Works)
}

fn fails() -> Result<Probe, TestbedError> {
    Ok(Probe::Fails { reason: "failed to set MSR 0x10a; QEMU ended with signal: 6".into() })
}

#[test]
fn kvm_is_taken_where_it_works() {
    for wish in [Wish::Auto, Wish::Kvm] {
        let chosen = choose(wish, works).unwrap();
        assert_eq!((chosen.accel, chosen.line.as_str()), (Accel::Kvm, "run by this host's processor (KVM)"));
    }
}

#[test]
fn emulation_steps_in_and_says_why() {
    let chosen = choose(Wish::Auto, fails).unwrap();
    assert_eq!(chosen.accel, Accel::Tcg);
    insta::assert_snapshot!(chosen.line, @"emulated by QEMU: KVM does not work here: failed to set MSR 0x10a; QEMU ended with signal: 6");
}

#[test]
fn who_asks_for_emulation_pays_for_no_probe() {
    let chosen = choose(Wish::Tcg, || panic!("nobody asked")).unwrap();
    assert_eq!(
        (chosen.accel, chosen.line.as_str()),
        (Accel::Tcg, "emulated by QEMU: --accel tcg asks for it")
    );
}

#[test]
fn who_asks_for_kvm_is_not_given_less() {
    let error = choose(Wish::Kvm, fails).unwrap_err();
    insta::assert_snapshot!(error.message(), @"KVM does not work here: failed to set MSR 0x10a; QEMU ended with signal: 6");
    assert_eq!(error.hints(), ["--accel auto emulates where KVM does not work"]);
}
