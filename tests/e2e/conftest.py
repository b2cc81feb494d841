"""What this folder's tests share."""

from tests.conftest import IN_PRODUCTION

# It is about the embedded mode, wherever it runs: once is enough.
collect_ignore = ["test_play_command.py"] if IN_PRODUCTION else []
