"""Static files under names that change with their contents, compressed, cached for ever by browsers."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    # Also in `import … from "./x.js"`. Without it a page would load one module under two names, hence twice.
    support_js_module_import_aggregation = True
