import { Space } from "./space.ts";

/**
 * A space whose elements have no common array form: a batch is a list of the elements themselves, `null` in places
 * that were not written yet.
 */
export abstract class ListBatchedSpace<Element> extends Space<Element, (Element | null)[]> {
  override createBatch(count: number): (Element | null)[] {
    return new Array<Element | null>(count).fill(null);
  }

  override writeBatch(batch: (Element | null)[], index: number, element: Element): void {
    batch[index] = element;
  }

  override readBatch(batch: (Element | null)[], index: number): Element {
    return batch[index] as Element;
  }

  override countBatch(batch: (Element | null)[]): number {
    return batch.length;
  }

  override copyBatch(batch: (Element | null)[]): (Element | null)[] {
    return [...batch];
  }
}
