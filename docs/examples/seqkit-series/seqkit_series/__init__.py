"""series: reads time series from CSV files."""

from seqkit import EncoderSpec, hookimpl


@hookimpl
def seqkit_encoders():
    yield EncoderSpec(
        "series",
        build="seqkit_series.encoder:SeriesEncoder",
        facts="seqkit_series.data:SeriesFacts",
        reader="seqkit_series.data:read",
        suffixes=(".csv",),
        example="seqkit_series.data:example",
        summary="a time series, a CSV file with a header",
    )
