"""Running a real program: what it is given, and what is said when it fails."""

import sys

import pytest

from workshop.programs import CommandError, SystemPrograms


def test_a_failing_program_is_reported_with_its_command_and_code() -> None:
    with pytest.raises(CommandError, match=r"sys.exit\(3\)` ended with code 3"):
        SystemPrograms().run(sys.executable, "-c", "import sys; sys.exit(3)")


def test_a_program_that_hangs_is_ended_after_its_time_limit() -> None:
    with pytest.raises(CommandError, match="took longer"):
        SystemPrograms().run(sys.executable, "-c", "import signal; signal.pause()", timeout_seconds=0.2)


def test_a_program_that_is_not_there_is_a_sentence_too() -> None:
    with pytest.raises(CommandError, match="could not be started"):
        SystemPrograms().run("no-such-program-anywhere")


def test_a_quiet_program_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    SystemPrograms().run(sys.executable, "-c", "print('chatter')", quiet=True)

    assert capfd.readouterr().out == ""


def test_the_environment_is_added_to_ours() -> None:
    program = "import os; assert os.environ['ADDED'] == 'yes'; assert 'PATH' in os.environ"

    SystemPrograms().run(sys.executable, "-c", program, environment={"ADDED": "yes"})
