use super::*;

/// The expected text was made with `openssl passwd -6 -salt 'rounds=5000$…'`, an implementation of others.
#[test]
fn the_hash_is_what_crypt_makes() {
    let password = Password::hashed("correct horse".into(), &[0; SALT]).unwrap();
    assert_eq!(
        password.hash(),
        "$6$rounds=5000$................\
             $ZAgkyzSmhdeVTewwDhFpTrbUsgBItVq1WAwbn5BgOg7hzvmS3kYZnjpL1wAdRUNLVD2u5T0UHmXrY6/F39TDH1"
    );
}

#[test]
fn two_passwords_differ_and_are_not_shown() {
    let (one, two) = (Password::random().unwrap(), Password::random().unwrap());
    assert_ne!(one.plain(), two.plain());
    assert_ne!(one.hash(), two.hash());
    assert_eq!(one.plain().len(), LENGTH);
    assert!(!format!("{one:?}").contains(one.plain()));
}
