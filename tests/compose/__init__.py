"""The compose file brought up for real (`make test-compose`), on a Docker engine of its own.

`engine.py` runs the engine, `images.py` makes stand-ins for the official images where none can be pulled, `site.py` is
an installation as an operator makes one, `__main__.py` plays with it. With `--pull` the machine's own engine and the
official images are used, and nothing else differs.
"""
