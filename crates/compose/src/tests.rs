use std::collections::BTreeMap;

use super::*;

fn wrong(text: &str) -> String {
    let problems = read(text, &BTreeMap::new()).unwrap_err();
    let line = |problem: &Problem| {
        let extra = [("expected", &problem.expected), ("hint", &problem.hint)];
        let extra =
            extra.iter().filter_map(|(name, text)| text.as_ref().map(|text| format!("; {name}: {text}")));
        format!("{}:{}: {}{}", problem.at.line, problem.at.column, problem.message, extra.collect::<String>())
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_file_says_what_it_needs() {
    let text = r#"
name: shop
x-service: &service
  restart: unless-stopped
  logging: {driver: local, options: {max-size: "1m", max-file: "3"}}
services:
  web:
    <<: *service
    image: ${REGISTRY:-here}/web
    ports: ["8080:80", "127.0.0.1:9000-9001:90-91/udp", "53"]
    depends_on:
      store: {condition: service_healthy}
    volumes: ["./site:/srv:ro", "/var/lib/x:/x", "data:/data"]
    env_file: [web.env]
  store:
    image: store
    healthcheck: {test: ["CMD", "true"]}
    deploy: {replicas: 2}
  debug: {image: debug, profiles: [debug]}
volumes:
  data:
"#;
    let compose = read(text, &BTreeMap::new()).unwrap();
    assert_eq!(compose.name.unwrap().text, "shop");
    let [debug, store, web] = &compose.services[..] else { panic!("three services") };
    assert!(debug.on_request && !web.on_request && store.may_end && !web.may_end);
    assert_eq!((store.containers, store.health, web.health), (2, Health::Checked, Health::OfImage));
    assert_eq!(web.image.as_ref().unwrap().text, "here/web");
    assert_eq!(web.log, Some(3 << 20));
    let ports: Vec<String> = web.ports.iter().map(Port::show).collect();
    assert_eq!(ports, ["8080/tcp", "9000-9001/udp"]);
    let binds: Vec<_> = web.binds.iter().map(|bind| (bind.source.text.as_str(), bind.read_only)).collect();
    assert_eq!(binds, [("./site", true), ("/var/lib/x", false)]);
    assert_eq!(web.volumes[0].text, "data");
    assert_eq!(compose.files[0].text, "web.env");
}

#[test]
fn mistakes_have_a_place_and_a_near_name() {
    let text = "\
services:
  web:
    imgae: web
    build: .
    read_only: maybe
    ports: [\"80:eighty\"]
    restart: always
  store:
    image: store
    volumes: nothing
netwroks: {}
";
    insta::assert_snapshot!(wrong(text), @r#"
    3:5: `web` has no key `imgae`; hint: did you mean `image`?
    4:5: devices do not support `build`; hint: make the image by oci_image() and name it in `images`
    5:16: `read_only` is "maybe"; expected: `true` or `false`
    10:14: `volumes` cannot be a single value; expected: a list
    11:1: the file has no key `netwroks`; hint: did you mean `networks`?
    "#);
}

#[test]
fn names_must_be_those_of_something() {
    let text = "\
services:
  web:
    image: web
    depends_on: [stroe]
    volumes: ['date:/data']
    networks: [inner]
    ports: ['80:eighty']
  store:
    image: store
    depends_on: {other: {condition: service_started}}
  other:
    image: other
    depends_on: [store]
volumes: {data: {}}
";
    insta::assert_snapshot!(wrong(text), @r#"
    4:18: the service `web` depends on `stroe`, which there is not; hint: did you mean `store`?
    5:15: there is no volume `date`; hint: did you mean `data`?
    6:16: there is no network `inner`; hint: write it below `networks:` of the file
    7:13: "80:eighty" is not a port; expected: [ADDRESS:]PORT:PORT[/udp], where each port may be a range
    13:18: these services wait for one another: other, store
    "#);
}

#[test]
fn variables_come_from_the_file_beside_it() {
    let variables = dot_env("# a comment\nTAG=\"1.2\" \nexport EMPTY=\nPORT=80 # the web\n");
    assert_eq!(variables["TAG"], "1.2");
    assert_eq!(variables["PORT"], "80");
    let image = |text: &str| {
        let file = format!("services: {{web: {{image: '{text}'}}}}");
        let problem = |problems: Vec<Problem>| problems[0].message.clone();
        read(&file, &variables)
            .map_err(problem)
            .map(|compose| compose.services[0].image.clone().unwrap().text)
    };
    assert_eq!(image("a:${TAG}").unwrap(), "a:1.2");
    assert_eq!(image("a:$TAG-$$x").unwrap(), "a:1.2-$x");
    assert_eq!(image("${EMPTY:-other}").unwrap(), "other");
    assert_eq!(image("x${EMPTY-other}").unwrap(), "x");
    assert_eq!(image("${NONE:-${TAG}}").unwrap(), "1.2");
    assert_eq!(image("${TAG:+set}").unwrap(), "set");
    assert_eq!(image("${TGA}").unwrap_err(), "the variable `TGA` is not set");
    assert_eq!(image("${TAG").unwrap_err(), "`${` has no `}`");
    assert_eq!(image("${NONE:?say it}").unwrap_err(), "the variable `NONE` is not set: say it");
}

#[test]
fn what_is_no_yaml_says_where() {
    assert!(wrong("services: [").starts_with("2:1: this is not YAML"));
    assert!(wrong("services:\n  web: {image: a}\n  web: {image: b}").contains("3:3: `web` is written twice"));
    assert!(wrong("a: 1\n---\nb: 2\n").contains("second document"));
    assert!(wrong("").contains("the file is empty"));
    assert!(wrong("services: {}").contains("no services"));
    assert!(wrong("services: {a: *b}").contains("1:"));
}

#[test]
fn aliases_and_depth_are_bounded() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let before = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{before}]\n"));
    }
    assert!(wrong(&text).contains("too many values"));
    assert!(wrong(&format!("a: {}", "[".repeat(200))).contains("too deep"));
    let long = format!("services: {{web: {{image: a, command: '{}'}}}}", "x".repeat(LARGEST));
    assert!(wrong(&long).contains("larger than 1 MiB"));
}

proptest::proptest! {
    #[test]
    fn no_text_ends_in_a_panic(text in "(services|web|image|ports|-|:|\\{|\\}|\\[|\\]|&a|\\*a|<<|\\$|'|\"|\\||>|#|\n|  |\t|[a-z0-9./%@!?,~]|\\PC){0,80}") {
        let _ = read(&text, &BTreeMap::new());
    }

    #[test]
    fn no_change_of_a_good_file_ends_in_a_panic(at in 0..200_usize, with in "\\PC{0,3}", cut in 0..4_usize) {
        let text = "services:\n  web:\n    image: &i a\n    ports: ['80:80']\n    volumes:\n      - {type: bind, source: ./x, target: /x}\n  b: {image: *i, depends_on: {web: {condition: service_healthy}}}\n";
        let mut letters: Vec<char> = text.chars().collect();
        let at = at.min(letters.len() - cut);
        letters.splice(at..at + cut, with.chars());
        let _ = read(&letters.into_iter().collect::<String>(), &BTreeMap::new());
    }
}
