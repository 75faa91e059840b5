"""Apache Spark: each partition of the manifest's records through a glimpse of its own.

    spark.py GLIMPSE MANIFEST OUT

Prints how many records went in and came out, of how many partitions and workers.
"""

import json
import shlex
import sys

from pyspark import SparkConf, SparkContext

glimpse, manifest, out = sys.argv[1:]
context = SparkContext(conf=SparkConf().setMaster("local-cluster[2,1,1024]").setAppName("glimpse").set("spark.ui.enabled", "false"))
context.setLogLevel("ERROR")
records = context.textFile("file://" + manifest, 6)
command = f"{shlex.quote(glimpse)} extract --manifest - --report - --jobs 1 --out {shlex.quote(out)}"
reports = [json.loads(line) for line in records.pipe(command, checkCode=True).collect()]
print(f"spark: {records.count()} records in, {len(reports)} out, {records.getNumPartitions()} partitions, 2 workers; "
      f"{sum(report['status'] == 'ok' for report in reports)} ok, "
      f"{sum(len(report['glimpses']) for report in reports)} glimpses")
context.stop()
