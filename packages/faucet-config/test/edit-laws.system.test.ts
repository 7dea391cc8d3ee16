import { describeEditLaws } from './edit-laws.ts';

describeEditLaws(150);
