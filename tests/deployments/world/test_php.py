from deployments.world.php import php_array, read_form


def test_brackets_make_a_tree() -> None:
    assert read_form([("a", "1"), ("f[x][y]", "2"), ("f[x][z]", "3")]) == {"a": "1", "f": {"x": {"y": "2", "z": "3"}}}


def test_empty_brackets_and_running_numbers_make_a_list() -> None:
    assert read_form([("a[]", "1"), ("a[]", "2"), ("b[0][x]", "3")]) == {"a": ["1", "2"], "b": [{"x": "3"}]}
    assert read_form([("a[1]", "x")]) == {"a": {"1": "x"}}


def test_an_array_is_a_list_while_its_keys_run_from_nought() -> None:
    assert php_array({}) == []
    assert php_array({0: "a", 1: "b"}) == ["a", "b"]
    assert php_array({1: "b"}) == {"1": "b"}
    assert php_array({"x": 1}) == {"x": 1}
